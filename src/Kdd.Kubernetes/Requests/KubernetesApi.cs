using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Kdd.Kubernetes.Informers;

namespace Kdd.Kubernetes;

/// <summary>
/// Requests to the Kubernetes API on validated paths and UTF-8 bytes. Nothing is retried here: a reconciler that fails
/// is run again by its <see cref="Controllers.Controller{TKey}"/>, an informer by its own back-off.
/// </summary>
/// <remarks>Every method throws <see cref="KubernetesApiException"/> for an answer that is not a success,
/// <see cref="HttpRequestException"/> where there was none, and <see cref="TimeoutException"/> where it took over <see cref="Deadline"/>.</remarks>
public sealed class KubernetesApi(HttpClient client, TimeProvider timeProvider)
{
    private static readonly MediaTypeHeaderValue ApplyPatch = new("application/apply-patch+yaml");
    private static readonly MediaTypeHeaderValue MergePatch = new("application/merge-patch+json");
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    /// <summary>For one answer with its body. The API server's own limit for a request is 60 s.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>The server has said that it cannot stream lists (KEP-3157): learnt once for all informers.</summary>
    internal bool RefusesWatchList
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>Reads one object, or a list.</summary>
    public async Task<T> GetAsync<T>(ApiPath path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        => Parse(await SendAsync(HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false), type);

    /// <summary>Reads the objects of a list, as the server's quorum has them: newer than any cache.</summary>
    /// <param name="path">A collection, with a selector that keeps it to one page.</param>
    /// <exception cref="JsonException">The answer is not a list, or the one object in it is not of the expected form.</exception>
    public async Task<IReadOnlyList<T>> ListAsync<T>(ApiPath path, ObjectFormat<T> format, CancellationToken cancellationToken)
    {
        ListPage<T> page = ListPage<T>.Parse(
            await SendAsync(HttpMethod.Get, path, null, cancellationToken, format.Accept(list: true)).ConfigureAwait(false), format.Read);
        return page.Unreadable.Count == 0 ? page.Items : throw new JsonException($"{page.Unreadable[0]} is not of the expected form");
    }

    /// <summary>The body as it came.</summary>
    /// <param name="accept">Null: <c>application/json</c>.</param>
    public Task<byte[]> GetBytesAsync(ApiPath path, CancellationToken cancellationToken, string? accept = null)
        => SendAsync(HttpMethod.Get, path, null, cancellationToken, accept);

    /// <summary>Creates an object and returns it as the server made it; a name that is taken is a 409 (<see cref="KubernetesApiException.IsConflict"/>).</summary>
    public async Task<T> CreateAsync<T>(ApiPath collection, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        => Parse(await SendAsync(HttpMethod.Post, collection, Content(JsonSerializer.SerializeToUtf8Bytes(body, type), Json), cancellationToken).ConfigureAwait(false), type);

    /// <summary>Server-side apply (KEP-555): creates the object or merges the fields that <paramref name="fieldManager"/> owns.</summary>
    /// <param name="body">A partial object with apiVersion, kind and metadata.name; with a resourceVersion in it the apply is refused with 409 when the object has changed since.</param>
    /// <param name="force">Take fields over from other managers, as a controller must for what it alone decides.</param>
    public Task<byte[]> ApplyAsync(ApiPath path, ReadOnlyMemory<byte> body, string fieldManager, bool force, CancellationToken cancellationToken)
        => SendAsync(HttpMethod.Patch, path.With("fieldManager", fieldManager).With("force", force ? "true" : "false"), Content(body, ApplyPatch), cancellationToken);

    /// <summary>JSON merge patch (RFC 7396).</summary>
    public Task<byte[]> MergePatchAsync(ApiPath path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
        => SendAsync(HttpMethod.Patch, path, Content(body, MergePatch), cancellationToken);

    /// <summary>Deletes the object, and only the one that was decided on.</summary>
    /// <param name="uid">Null: whichever bears the name. Else one born since under the same name answers 409.</param>
    /// <param name="resourceVersion">Null: whatever became of it. Else one that has changed since answers 409.</param>
    public Task DeleteAsync(ApiPath path, string? uid, string? resourceVersion, CancellationToken cancellationToken)
    {
        var options = new DeleteOptions(uid is null && resourceVersion is null ? null : new DeletePreconditions(uid, resourceVersion));
        return SendAsync(HttpMethod.Delete, path, Content(JsonSerializer.SerializeToUtf8Bytes(options, ApiStatusJson.Default.DeleteOptions), Json), cancellationToken);
    }

    /// <summary>Opens a body that is read for as long as it comes (a watch). The answer's headers must come within <see cref="Deadline"/>.</summary>
    /// <returns>The caller disposes it.</returns>
    public async Task<HttpResponseMessage> OpenAsync(ApiPath path, CancellationToken cancellationToken, string? accept = null)
    {
        using CancellationTokenSource deadline = CreateDeadline();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using HttpRequestMessage request = Request(HttpMethod.Get, path, null, accept);
        HttpResponseMessage response;
        try
        {
            response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw NoAnswer(path);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await ApiErrors.ReadAsync(response, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The body as it came, into <paramref name="body"/>.</summary>
    internal Task<bool> GetAsync(ApiPath path, BodyBuffer body, CancellationToken cancellationToken, string? accept = null)
        => SendAsync(HttpMethod.Get, path, null, accept, async (answer, token) =>
        {
            using Stream stream = await answer.ReadAsStreamAsync(token).ConfigureAwait(false);
            await body.ReadAsync(stream, token).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    private Task<byte[]> SendAsync(HttpMethod method, ApiPath path, HttpContent? content, CancellationToken cancellationToken, string? accept = null)
        => SendAsync(method, path, content, accept, static (answer, token) => answer.ReadAsByteArrayAsync(token), cancellationToken);

    private async Task<T> SendAsync<T>(
        HttpMethod method, ApiPath path, HttpContent? content, string? accept, Func<HttpContent, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CreateDeadline();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        using HttpRequestMessage request = Request(method, path, content, accept);
        try
        {
            using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? await read(response.Content, either.Token).ConfigureAwait(false)
                : throw await ApiErrors.ReadAsync(response, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw NoAnswer(path);
        }
    }

    private CancellationTokenSource CreateDeadline() => new(Deadline, timeProvider);

    private static HttpRequestMessage Request(HttpMethod method, ApiPath path, HttpContent? content, string? accept)
    {
        var request = new HttpRequestMessage(method, path.ToUri()) { Content = content, Version = System.Net.HttpVersion.Version20 };
        request.Headers.TryAddWithoutValidation("Accept", accept ?? "application/json");
        return request;
    }

    private static TimeoutException NoAnswer(ApiPath path) => new($"no answer from the API server to {path.Type} within {Deadline.TotalSeconds} s");

    private static ByteArrayContent Content(ReadOnlyMemory<byte> body, MediaTypeHeaderValue type)
        => new(body.ToArray()) { Headers = { ContentType = type } };

    private static T Parse<T>(byte[] body, JsonTypeInfo<T> type)
        => JsonSerializer.Deserialize(body, type) ?? throw new JsonException("the API server answered null");
}
