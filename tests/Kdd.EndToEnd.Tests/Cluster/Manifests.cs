namespace Kdd.EndToEnd.Tests.Cluster;

/// <summary>What the tests apply.</summary>
internal static class Manifests
{
    /// <summary>Pods that write <c>line 1</c> to <c>line COUNT</c>, then <c>tick N</c> twice a second.</summary>
    public static string Counters(string name, int replicas, int count) => Deployment(
        name, replicas,
        $"i=0; while [ $i -lt {count} ]; do i=$((i+1)); echo line $i; done; n=0; while true; do n=$((n+1)); echo tick $n; sleep 0.5; done");

    /// <summary>One pod that writes <c>line N .</c>, ten lines ten times a second, without end.</summary>
    public static string Numbers(string name)
        => Deployment(name, 1, "i=0; while true; do seq -f 'line %.0f .' $((i+1)) $((i+10)); i=$((i+10)); sleep 0.1; done");

    /// <summary>Pods that write as many lines and then nothing more.</summary>
    public static string Quiet(string name, int replicas, int lines) => Deployment(name, replicas, $"seq -f 'line %.0f .' {lines}; exec sleep infinity");

    private static string Deployment(string name, int replicas, string script) => $$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{name}}
        spec:
          replicas: {{replicas}}
          selector:
            matchLabels: {app: {{name}}}
          template:
            metadata:
              labels: {app: {{name}}}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
                - name: main
                  image: busybox
                  command: ["sh", "-c"]
                  args: ["{{script}}"]
        """;

    public static string LogViewOn(string name, string workload, string more = "") => $$"""
        apiVersion: kdd.dev/v1alpha1
        kind: LogView
        metadata:
          name: {{name}}
        spec:
          workload: {kind: Deployment, name: {{workload}}}
        {{more}}
        """;
}
