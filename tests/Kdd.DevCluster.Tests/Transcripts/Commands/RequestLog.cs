using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Kdd.DevCluster.Tests.Transcripts.Commands;

/// <summary>The requests of kubectl that reach a server, from ASP.NET Core's own diagnostics: in their order, with the status once it is known.</summary>
internal sealed class RequestLog : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private readonly ConcurrentQueue<Seen> _requests = new();
    private readonly ConcurrentQueue<IDisposable> _subscriptions = new();
    private readonly Uri _address;
    private TaskCompletionSource _watching = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RequestLog(Uri address)
    {
        _address = address;
        _subscriptions.Enqueue(DiagnosticListener.AllListeners.Subscribe(this));
    }

    /// <summary>Completes when a watch has begun since <see cref="Clear"/>.</summary>
    public Task Watching => _watching.Task;

    public void Clear()
    {
        _requests.Clear();
        _watching = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Verb, path with query, and status of each; waits until all have been answered.</summary>
    public async Task<List<string>> ReadAsync(CancellationToken cancellationToken)
    {
        var all = _requests.ToList();
        await Task.WhenAll(all.Select(request => request.Status.Task)).WaitAsync(cancellationToken);
        return [.. all.Select(request => $"{request.Line} {request.Status.Task.Result}")];
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.AspNetCore")
        {
            _subscriptions.Enqueue(value.Subscribe(this));
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is not HttpContext http || http.Connection.LocalPort != _address.Port
            || !http.Request.Headers.UserAgent.ToString().StartsWith("kubectl", StringComparison.Ordinal))
        {
            return;
        }

        switch (value.Key)
        {
            case "Microsoft.AspNetCore.Hosting.HttpRequestIn.Start":
                var seen = new Seen($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}", new(TaskCreationOptions.RunContinuationsAsynchronously));
                http.Items[this] = seen;
                _requests.Enqueue(seen);
                if (seen.Line.Contains("watch=true", StringComparison.Ordinal))
                {
                    _watching.TrySetResult();
                }

                break;
            case "Microsoft.AspNetCore.Hosting.HttpRequestIn.Stop":
                (http.Items[this] as Seen)?.Status.TrySetResult(http.Response.StatusCode);
                break;
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose()
    {
        foreach (var subscription in _subscriptions)
        {
            subscription.Dispose();
        }
    }

    private sealed record Seen(string Line, TaskCompletionSource<int> Status);
}
