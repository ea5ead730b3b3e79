namespace Kdd.DevCluster.Tests.Transcripts;

/// <summary>What replays a case.</summary>
internal enum Suite
{
    /// <summary>Requests in their recorded order, over one cluster.</summary>
    Api,

    /// <summary>pods/log, each case by itself.</summary>
    Logs,

    /// <summary>Facts about logs that are no single answer.</summary>
    LogFacts,

    /// <summary>Pods and workloads of the recorded demo.</summary>
    Workloads,

    /// <summary>Commands of kubectl.</summary>
    Kubectl,

    /// <summary>None: it is outside what DevCluster serves.</summary>
    Outside,
}

/// <summary>Which suite replays a case, and why some are replayed by none.</summary>
internal static class Coverage
{
    private static readonly string[] Workloads = ["pod-get-", "workload-get-", "table-pods", "list-pods-fieldselector", "list-continue-after-compaction-200", "list-rv-exact-after-compaction-200"];

    private static readonly string[] LogFacts = ["log-follow-rotation", "log-follow-rotation-fast", "log-after-kubelet-restart-polls", "log-longlines-facts"];

    private static readonly (string Prefix, string Reason)[] Outside =
    [
        ("disc-api-aggregated", "lists resources that DevCluster does not serve; compared entry by entry in DiscoveryTests"),
        ("disc-apis-aggregated", "lists resources that DevCluster does not serve; compared entry by entry in DiscoveryTests"),
        ("disc-api-v1", "lists resources that DevCluster does not serve; compared entry by entry in DiscoveryTests"),
        ("disc-apis", "lists groups that DevCluster does not serve; compared entry by entry in DiscoveryTests"),
        ("disc-openapi-v2", "OpenAPI v2 is served empty: kubectl reads v3"),
        ("disc-openapi-v3", "a summary of a document; compared in DiscoveryTests"),
        ("disc-healthz-anon", "names the start-up hooks of kube-apiserver"),
        ("disc-version", "names the recorded build"),
        ("crd-ready-race", "a race of 60 ms after a CRD's creation"),
        ("crd-update", "recorded out of order: its body holds a version from before the cases that precede it"),
        ("cr-create-unsupported-media", "the recorded server panicked; DevCluster answers 415"),
        ("auth-impersonate", "impersonation is not implemented (501)"),
        ("watch-pod", "the recorded cluster's own pods"),
        ("watch-compacted-rv", "the recorded cluster's own revisions"),
        ("watch-apiserver", "an API server that is killed; compared as faults"),
        ("watch-after-apiserver", "an API server that is killed; compared as faults"),
        ("watch-too-old-rv-configmaps", "the recorded cluster's own ConfigMaps"),
        ("crd-conditions-watch", "objects are trimmed, and a failed clean-up is among them"),
        ("crd-names-conflict-create", "the object is trimmed"),
        ("lv-watch", "what it saw of the other lv-* cases; those compare the objects themselves"),
        ("lv-openapi-v3", "a summary of a document; compared in DiscoveryTests"),
        ("list-continue-expired-410", "the token is of a revision from before this cluster's history; compared in ContinueTests"),
    ];

    /// <summary>What replays a case.</summary>
    public static Suite SuiteOf(TranscriptCase transcript) =>
        ReasonOutside(transcript) is not null ? Suite.Outside
        : Workloads.Any(w => transcript.Name.StartsWith(w, StringComparison.Ordinal)) ? Suite.Workloads
        : transcript.IsCommand ? Suite.Kubectl
        : LogFacts.Contains(transcript.Name) ? Suite.LogFacts
        : transcript.Name.StartsWith("log-", StringComparison.Ordinal) ? Suite.Logs
        : Suite.Api;

    /// <summary>Why a case is outside; null when it is compared.</summary>
    public static string? ReasonOutside(TranscriptCase transcript) =>
        Outside.FirstOrDefault(o => transcript.Name.StartsWith(o.Prefix, StringComparison.Ordinal)).Reason;
}
