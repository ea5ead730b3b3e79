using System.Text.Json;
using Kdd.Api.Sharding;
using Kdd.Kubernetes;

namespace Kdd.Gateway.Routing;

/// <summary>
/// Keeps the <see cref="MemberDirectory"/> as the Leases stand. They are listed every <see cref="Interval"/>, a few hundred
/// bytes a replica: members renew every 5 s anyway, so a watch would bring as much, and a list cannot stall unnoticed.
/// </summary>
public sealed class MemberLeases(
    HttpClient api, string @namespace, MemberDirectory directory, TimeProvider timeProvider, ILogger<MemberLeases> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>A burst of requests that miss the owner makes one list, not one each.</summary>
    private static readonly TimeSpan s_freshFor = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(5);

    private readonly Uri _path = ApiPath.To(ResourceType.Leases).In(@namespace).With("labelSelector", MemberLease.LabelSelector).ToUri();
    private readonly Lock _lock = new();
    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);
    private Task? _listing;
    private long _listedAt;
    private bool _failing;

    /// <summary>Whether the Leases were ever read.</summary>
    public bool Synced { get; private set; }

    /// <summary>Reads the Leases now, together with whoever else asks; a failure is logged and leaves what was known.</summary>
    public Task RefreshAsync(CancellationToken cancellationToken)
    {
        Task listing;
        lock (_lock)
        {
            if (_listing is null || (_listing.IsCompleted && timeProvider.GetElapsedTime(_listedAt) >= s_freshFor))
            {
                _listing = ListAsync();
            }

            listing = _listing;
        }

        return listing.WaitAsync(cancellationToken).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, timeProvider);
        do
        {
            await RefreshAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task ListAsync()
    {
        try
        {
            using var deadline = new CancellationTokenSource(s_deadline, timeProvider);
            using HttpResponseMessage response = await api.GetAsync(_path, deadline.Token);
            response.EnsureSuccessStatusCode();
            await using Stream body = await response.Content.ReadAsStreamAsync(deadline.Token);
            using JsonDocument list = await JsonDocument.ParseAsync(body, default, deadline.Token);
            directory.Replace(Members(list.RootElement));
            Synced = true;
            if (_failing)
            {
                logger.LogInformation("The operator's member Leases can be read again");
            }

            _failing = false;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException or OperationCanceledException)
        {
            if (!_failing)
            {
                logger.LogWarning(e, "The operator's member Leases in namespace {Namespace} cannot be read; streams go to the members known so far", @namespace);
            }

            _failing = true;
        }
        finally
        {
            Volatile.Write(ref _listedAt, timeProvider.GetTimestamp());
        }
    }

    private List<Member> Members(JsonElement list)
    {
        var members = new List<Member>();
        foreach (JsonElement lease in list.GetProperty("items").EnumerateArray())
        {
            if (Member.FromLease(lease, out string problem) is { } member)
            {
                members.RemoveAll(other => other.Name == member.Name);
                members.Add(member);
            }
            else if (_reported.Add(problem))
            {
                logger.LogWarning("A member Lease in namespace {Namespace} is left out: {Problem}", @namespace, problem);
            }
        }

        return members;
    }
}
