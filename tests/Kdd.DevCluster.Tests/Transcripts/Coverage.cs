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

    /// <summary>Discovery and OpenAPI: what is served here, of all that a real server lists.</summary>
    Discovery,

    /// <summary>Watches of pods over their lives.</summary>
    PodLives,

    /// <summary>Watches over a restart of the API server.</summary>
    Restarts,

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
        ("disc-openapi-v2", "OpenAPI v2 is served empty: kubectl reads v3"),
        ("crd-ready-race", "a race of 60 ms after a CRD's creation"),
        ("cr-create-unsupported-media", "the recorded server panicked; DevCluster answers 415"),
        ("auth-impersonate", "impersonation is not implemented (501)"),
    ];

    /// <summary>What replays a case.</summary>
    public static Suite SuiteOf(TranscriptCase transcript) =>
        ReasonOutside(transcript) is not null ? Suite.Outside
        : Workloads.Any(w => transcript.Name.StartsWith(w, StringComparison.Ordinal)) ? Suite.Workloads
        : transcript.Name is "disc-api-aggregated" or "disc-apis-aggregated" or "disc-api-v1" or "disc-apis" or "disc-apis-apps-v1" or "disc-openapi-v3-index" or "disc-openapi-v3-kdd" or "lv-openapi-v3" ? Suite.Discovery
        : transcript.Name.StartsWith("watch-pod", StringComparison.Ordinal) ? Suite.PodLives
        : transcript.Name.Contains("-apiserver-", StringComparison.Ordinal) && transcript.Name.StartsWith("watch-", StringComparison.Ordinal) ? Suite.Restarts
        : transcript.IsCommand ? Suite.Kubectl
        : LogFacts.Contains(transcript.Name) ? Suite.LogFacts
        : transcript.Name.StartsWith("log-", StringComparison.Ordinal) ? Suite.Logs
        : Suite.Api;

    /// <summary>Why a case is outside; null when it is compared.</summary>
    public static string? ReasonOutside(TranscriptCase transcript) =>
        Outside.FirstOrDefault(o => transcript.Name.StartsWith(o.Prefix, StringComparison.Ordinal)).Reason;
}
