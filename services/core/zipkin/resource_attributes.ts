/**
 * Attributes that describe who sends, not what was done: OpenTelemetry's exporters write those of the resource among the
 * tags of every span. Those that vary from call to call (`faas.invocation_id`) are none of these.
 * Source: OpenTelemetry's semantic conventions, "Resource", 1.6 to 1.37.
 */
export const RESOURCE_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...names('service', 'namespace instance.id version'),
  ...names('telemetry', 'sdk.name sdk.language sdk.version auto.version distro.name distro.version'),
  ...names('deployment', 'environment environment.name'),
  ...names('host', 'id name type arch image.name image.id image.version ip mac'),
  ...names('os', 'type description name version build_id'),
  ...names(
    'process',
    'pid parent_pid executable.name executable.path command command_line command_args owner',
  ),
  ...names('process', 'runtime.name runtime.version runtime.description'),
  ...names('container', 'id name runtime image.name image.tag image.tags image.id'),
  ...names('k8s', 'cluster.name cluster.uid node.name node.uid namespace.name pod.name pod.uid'),
  ...names('k8s', 'container.name container.restart_count deployment.name deployment.uid'),
  ...names(
    'k8s',
    'replicaset.name replicaset.uid statefulset.name statefulset.uid daemonset.name daemonset.uid',
  ),
  ...names('k8s', 'job.name job.uid cronjob.name cronjob.uid'),
  ...names('cloud', 'provider account.id region availability_zone platform resource_id'),
  ...names('device', 'id model.identifier model.name manufacturer'),
  ...names('webengine', 'name version description'),
]);

function names(group: string, rest: string): string[] {
  return rest.split(' ').map((name) => `${group}.${name}`);
}
