def text = { new String(it.decodeBase64(), 'UTF-8') }
def answer = [:]
def run = Jenkins.get().getItemByFullName(text('@JOB@'))?.getBuildByNumber(@NUMBER@)
if (run == null) {
    answer.error = 'there is no such build'
} else {
    answer.environment = run.getEnvironment(hudson.model.TaskListener.NULL)
    answer.passwords = run.getActions(hudson.model.ParametersAction)*.parameters.flatten().findAll { it?.sensitive }*.name
    def stage = text('@STAGE@')
    if (stage) {
        try {
            def load = { Jenkins.get().pluginManager.uberClassLoader.loadClass('org.jenkinsci.plugins.workflow.' + it) }
            def arguments = load('actions.ArgumentsAction')
            def scanner = load('graphanalysis.DepthFirstScanner').getDeclaredConstructor().newInstance()
            def addsVariables = { it.displayFunctionName == 'withEnv' }
            def isStageOrBranch = { it.displayFunctionName?.startsWith('{ (') }
            def blocks = run.execution.getNode(stage).enclosingBlocks.reverse().findAll(addsVariables)
            scanner.allNodes(run.execution).findAll(addsVariables).sort { it.id as int }.each { block ->
                def around = block.enclosingBlocks
                def isOfTheStage = around*.id.contains(stage) && !around.takeWhile { it.id != stage }.any(isStageOrBranch)
                if (isOfTheStage && around*.id.containsAll(blocks*.id)) {
                    blocks << block
                }
            }
            answer.overrides = blocks.collect { arguments.getArguments(it)?.get('overrides') }
                .findAll { it instanceof Collection }.flatten().findAll { it instanceof CharSequence }*.toString()
        } catch (Exception | LinkageError unread) {
            answer.unread = unread.toString()
        }
    }
}
println groovy.json.JsonOutput.toJson(answer)
