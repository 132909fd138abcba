Startedby user admin
Running as SYSTEM
Building in workspace /var/lib/jenkins/workspace/hello-free
[hello-free] $ /bin/sh�-xe /tmp/jenkins9561152571284101929.sh
+�echo hello wörld & co
+ env
+ sort
BUILD_DISPLAY_NAME=#5
BUILD_ID=5
BUILD_NUMBER=5
BUILD_TAG=jenkins-hello-free-5
BUILD_URL=http://ci.example.com/job/hello-free/5/
CI=true
CLASSPATH=
DRY_RUN=true
EXECUTOR_NUMBER=0
HOME=/root
HUDSON_HOME=/var/lib/jenkins
HUDSON_SERVER_COOKIE=f7e6a1b76880ac54
HUDSON_URL=http://ci.example.com/
JENKINS_HOME=/var/lib/jenkins
JENKINS_SERVER_COOKIE=f7e6a1b76880ac54
JENKINS_URL=http://ci.example.com/
JOB_BASE_NAME=hello-free
JOB_DISPLAY_URL=http://ci.example.com/job/hello-free/display/redirect
JOB_NAME=hello-free
JOB_URL=http://ci.example.com/job/hello-free/
LANG=C.UTF-8
LEVEL=low
NAME=wörld & co
NODE_LABELS=built-in
NODE_NAME=built-in
NOTES=line one
two = "q"
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RUN_ARTIFACTS_DISPLAY_URL=http://ci.example.com/job/hello-free/5/display/redirect?page=artifacts
RUN_CHANGES_DISPLAY_URL=http://ci.example.com/job/hello-free/5/display/redirect?page=changes
RUN_DISPLAY_URL=http://ci.example.com/job/hello-free/5/display/redirect
RUN_TESTS_DISPLAY_URL=http://ci.example.com/job/hello-free/5/display/redirect?page=tests
SECRET_PW=****
WORKSPACE=/var/lib/jenkins/workspace/hello-free
WORKSPACE_TMP=/var/lib/jenkins/workspace/hello-free@tmp
line1
line 2
line 3
line 4
line 5
line 6
line 7
line8
line 9
line 10
line 11
line 12
line 13
line 14
line 15
line16
line 17
line 18
line 19
line 20
Finished: SUCCESS
