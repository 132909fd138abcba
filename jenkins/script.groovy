def text = { new String(it.decodeBase64(), 'UTF-8') }
def answer = [:]
def run = Jenkins.get().getItemByFullName(text('@JOB@'))?.getBuildByNumber(@NUMBER@)
if (run == null) {
    answer.error = 'there is no such build'
} else {
    answer.environment = run.getEnvironment(hudson.model.TaskListener.NULL)
    answer.passwords = run.getAction(hudson.model.ParametersAction)?.parameters?.findAll { it.sensitive }*.name ?: []
    def stage = text('@STAGE@')
    if (stage) {
        try {
            def load = { Jenkins.get().pluginManager.uberClassLoader.loadClass('org.jenkinsci.plugins.workflow.' + it) }
            def arguments = load('actions.ArgumentsAction')
            def isBlock = { it.displayFunctionName == 'withEnv' }
            def around = run.execution.getNode(stage).enclosingBlocks.reverse().findAll(isBlock)
            def inside = load('graphanalysis.DepthFirstScanner').newInstance().allNodes(run.execution).findAll { node ->
                isBlock(node) && node.enclosingBlocks*.id.contains(stage) &&
                    node.enclosingBlocks.takeWhile { it.id != stage }.every { isBlock(it) || it.displayFunctionName == '{' }
            }.sort { it.id as int }
            answer.overrides = (around + inside).collectMany { arguments.getArguments(it)?.overrides ?: [] }*.toString()
        } catch (ReflectiveOperationException | NullPointerException missing) {
            answer.overrides = []
        }
    }
}
println groovy.json.JsonOutput.toJson(answer)
