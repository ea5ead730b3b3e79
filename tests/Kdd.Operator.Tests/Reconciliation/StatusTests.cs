using Kdd.Api.LogViews;
using Kdd.Api.Wire;
using Kdd.Operator.Reconciliation;
using Kdd.Operator.Sessions;
using Kdd.Operator.Workloads;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kdd.Operator.Tests.Reconciliation;

public sealed class StatusTests
{
    private static readonly WorkloadResolution OnePod = new WorkloadResolution.Resolved([new PodRecord { Namespace = "shop", Name = "p", Uid = "u", ResourceVersion = "1" }], false);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(SessionState.Streaming, null, true, ReadyReasons.Streaming)]
    [InlineData(SessionState.Idle, null, true, ReadyReasons.Idle)]
    [InlineData(SessionState.Suspended, null, true, ReadyReasons.Suspended)]
    [InlineData(SessionState.LimitReached, null, false, ReadyReasons.LimitReached)]
    [InlineData(SessionState.Ended, EndReasons.Completed, true, ReadyReasons.Completed)]
    [InlineData(SessionState.Ended, EndReasons.DeadlineExceeded, true, ReadyReasons.DeadlineExceeded)]
    public void ReadySaysWhatTheSessionDoes(SessionState state, string? end, bool ready, string reason)
    {
        Verdict verdict = VerdictRules.Decide(OnePod, Session(state) with { EndReason = end });
        Assert.Equal((ready, reason), (verdict.Ready, verdict.Reason));
        Assert.False(verdict.Stalled);
    }

    [Fact]
    public void AWorkloadWithoutPodsIsHealthy()
        => Assert.Equal((true, ReadyReasons.NoPods), ReasonOf(new WorkloadResolution.Resolved([], false), Session(SessionState.Streaming)));

    [Fact]
    public void AWorkloadThatDoesNotExistIsNotReadyAndWillBeByItself()
    {
        Verdict verdict = VerdictRules.Decide(new WorkloadResolution.NotFound("Deployment x does not exist"), Session(SessionState.Streaming));
        Assert.Equal((false, ReadyReasons.WorkloadNotFound, true, false), (verdict.Ready, verdict.Reason, verdict.Reconciling, verdict.Stalled));
    }

    [Fact]
    public void WhatOnlyTheUserCanChangeIsStalled()
    {
        Assert.True(VerdictRules.Decide(new WorkloadResolution.Forbidden("may not"), Session(SessionState.Streaming)) is { Stalled: true, Reason: ReadyReasons.Forbidden });
        Assert.True(VerdictRules.Decide(new WorkloadResolution.Invalid("bad"), Session(SessionState.Streaming)) is { Stalled: true, Reason: ReadyReasons.InvalidSpec });
    }

    [Fact]
    public void AllStreamsDeniedIsForbiddenAndOneIsNot()
    {
        SourceSnapshot denied = new("p", "main", SourceState.Denied, "Forbidden", "pods/log is forbidden", null);
        SessionSnapshot session = Session(SessionState.Streaming) with { StreamsDesired = 2, Sources = [denied, denied] };
        Assert.Equal((false, ReadyReasons.Forbidden), ReasonOf(OnePod, session));
        Assert.Equal((true, ReadyReasons.Streaming), ReasonOf(OnePod, session with { Sources = [denied, denied with { State = SourceState.Streaming }] }));
    }

    [Fact]
    public void AnEndedSessionStaysEndedWhateverBecomesOfItsWorkload()
        => Assert.Equal((true, ReadyReasons.Completed), ReasonOf(new WorkloadResolution.NotFound("gone"), Session(SessionState.Ended) with { EndReason = EndReasons.Completed }));

    [Fact]
    public void AConditionKeepsItsTransitionTimeWhileItSaysTheSame()
    {
        LogViewStatus first = Build(null, Verdict.WorkloadNotFound("x does not exist"));
        _time.Advance(TimeSpan.FromMinutes(5));
        LogViewStatus second = Build(first, Verdict.Forbidden("may not"));
        LogViewStatus third = Build(second, new Verdict(true, ReadyReasons.Streaming, "Lines are streamed."));
        Assert.Equal(Ready(first).LastTransitionTime, Ready(second).LastTransitionTime);
        Assert.Equal(_time.GetUtcNow(), Ready(third).LastTransitionTime);
    }

    [Fact]
    public void ReconcilingAndStalledAreThereOnlyWhileTrue()
    {
        Assert.Equal(["Ready", "WorkloadResolved", "Complete", "Reconciling"], TypesOf(Build(null, Verdict.WorkloadNotFound("x"))));
        Assert.Equal(["Ready", "WorkloadResolved", "Complete", "Stalled"], TypesOf(Build(null, Verdict.InvalidSpec("x"))));
        Assert.Equal(["Ready", "WorkloadResolved", "Complete"], TypesOf(Build(null, new Verdict(true, ReadyReasons.Streaming, "x"))));
    }

    [Fact]
    public void TheUrlIsBelowTheExternalAddress()
        => Assert.Equal("https://kdd.example/tools/logviews/shop/cart", Build(null, Verdict.InvalidSpec("x")).Url);

    [Fact]
    public void WhatOnlyCountsMayWaitAndTheRestMayNot()
    {
        LogViewStatus before = Build(null, new Verdict(true, ReadyReasons.Streaming, "x"), Session(SessionState.Streaming));
        LogViewStatus Later(SessionSnapshot session) => Build(before, new Verdict(true, ReadyReasons.Streaming, "x"), session);
        Assert.Equal(StatusDifference.State, StatusComparison.Compare(null, before));
        Assert.Equal(StatusDifference.None, StatusComparison.Compare(before, Later(Session(SessionState.Streaming))));
        Assert.Equal(StatusDifference.Counters, StatusComparison.Compare(before, Later(Session(SessionState.Streaming) with { Lines = new SessionLineCounts(9, 9, 0, 0), Viewers = 1 })));
        Assert.Equal(StatusDifference.State, StatusComparison.Compare(before, Later(Session(SessionState.Streaming) with { StreamsDesired = 1 })));
        SessionSnapshot Skewed(int? seconds) => Session(SessionState.Streaming) with { Sources = [new SourceSnapshot("p", "c", SourceState.Streaming, null, null, seconds is { } skew ? TimeSpan.FromSeconds(skew) : null)] };
        Assert.Equal(StatusDifference.Counters, StatusComparison.Compare(Later(Skewed(null)), Later(Skewed(5))));
        Assert.Equal(StatusDifference.State, StatusComparison.Compare(before, Later(Skewed(null))));
    }

    /// <summary>Server-side apply may keep a list map in another order than it was sent in.</summary>
    [Fact]
    public void TheOrderOfListsIsNoDifference()
    {
        LogViewStatus status = Build(null, new Verdict(true, ReadyReasons.Streaming, "x"));
        Assert.Equal(StatusDifference.None, StatusComparison.Compare(status with { Conditions = [.. status.Conditions!.Reverse()] }, status));
    }

    private static (bool, string) ReasonOf(WorkloadResolution resolution, SessionSnapshot session)
        => VerdictRules.Decide(resolution, session) is var verdict ? (verdict.Ready, verdict.Reason) : default;

    private static Condition Ready(LogViewStatus status) => status.Conditions!.Single(condition => condition.Type == ConditionTypes.Ready);

    private static IEnumerable<string> TypesOf(LogViewStatus status) => status.Conditions!.Select(condition => condition.Type);

    private static SessionSnapshot Session(SessionState state) => new() { State = state, Lines = default };

    private LogViewStatus Build(LogViewStatus? before, Verdict verdict, SessionSnapshot? session = null)
    {
        var options = new OperatorOptions
        {
            Listen = new(System.Net.IPAddress.Loopback, 0),
            Management = new(System.Net.IPAddress.Loopback, 0),
            Identity = "kdd-operator-0",
            GatewayServiceAccount = "gateway",
            ExternalUrl = new Uri("https://kdd.example/tools/"),
        };
        var metadata = new ObjectMeta { Namespace = "shop", Name = "cart", Generation = 3 };
        var observed = new ObservedLogView(metadata, new LogView { Metadata = metadata, Spec = new LogViewSpec(), Status = before }, null);
        return new StatusBuilder(options, _time).Build(observed, verdict, session, null, null);
    }
}
