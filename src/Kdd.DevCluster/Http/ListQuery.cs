using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Storage;

namespace Kdd.DevCluster.Http;

/// <summary>Where a list goes on: the revision it reads and the key after which it starts (apiserver's continueToken).</summary>
/// <param name="Revision">Revision of the first page; -1 reads the newest (inconsistent continuation).</param>
/// <param name="Start">Key after which to start, relative to the listed scope.</param>
internal readonly record struct ContinueToken(long Revision, string Start)
{
    /// <exception cref="ApiException">400 for anything that is not a token.</exception>
    public static ContinueToken Parse(string text)
    {
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/') + new string('=', (4 - text.Length % 4) % 4));
        }
        catch (FormatException)
        {
            throw Invalid($"illegal base64 data at input byte {text.Length - (text.Length % 4)}");
        }

        try
        {
            var token = Json.Parse(bytes) as JsonObject;
            var start = token.Str("start");
            return token.Str("v") != "meta.k8s.io/v1" ? throw Invalid($"server does not recognize this encoded version \"{token.Str("v")}\"")
                : start is not { Length: > 0 } ? throw Invalid("encoded start key empty (version meta.k8s.io/v1)")
                : token.Long("rv") is not { } revision ? throw Invalid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)")
                : new ContinueToken(revision, start.TrimStart('/').TrimEnd('\0'));
        }
        catch (JsonException e)
        {
            throw Invalid(e.Message);
        }
    }

    /// <summary>The token as a client gets it.</summary>
    public string Encode()
    {
        var start = JsonEncodedText.Encode(Start).ToString();
        var slash = Revision < 0 ? "" : "/";
        var json = string.Create(CultureInfo.InvariantCulture, $"{{\"v\":\"meta.k8s.io/v1\",\"rv\":{Revision},\"start\":\"{slash}{start}\\u0000\"}}");
        return Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }

    private static ApiException Invalid(string why) => Errors.BadRequest($"invalid continue token: continue key is not valid: {why}");
}

/// <summary>ListOptions of meta/v1, checked as apimachinery checks them.</summary>
internal sealed record ListQuery
{
    public long Limit { get; init; }

    public string Continue { get; init; } = "";

    public string ResourceVersion { get; init; } = "";

    public string Match { get; init; } = "";

    public bool SendInitialEvents { get; init; }

    public bool Bookmarks { get; init; }

    public long? TimeoutSeconds { get; init; }

    /// <exception cref="ApiException">400 or 422 naming the parameter.</exception>
    public static ListQuery Of(HttpRequest request, bool watch)
    {
        var query = request.Query;
        var options = new ListQuery
        {
            Limit = WriteOptions.Number(request, "limit") ?? 0,
            Continue = query["continue"].ToString(),
            ResourceVersion = query["resourceVersion"].ToString(),
            Match = query["resourceVersionMatch"].ToString(),
            SendInitialEvents = RequestInfoParser.IsTrue(query["sendInitialEvents"]),
            Bookmarks = RequestInfoParser.IsTrue(query["allowWatchBookmarks"]),
            TimeoutSeconds = WriteOptions.Number(request, "timeoutSeconds"),
        };
        options.Check(watch, query.ContainsKey("sendInitialEvents"));
        return options;
    }

    private void Check(bool watch, bool initialEventsGiven)
    {
        var errors = new List<FieldError>();
        if (watch)
        {
            CheckWatch(errors, initialEventsGiven);
        }
        else
        {
            CheckList(errors, initialEventsGiven);
        }

        if (errors.Count > 0)
        {
            throw Errors.Invalid("meta.k8s.io", "ListOptions", "", errors);
        }
    }

    private void CheckList(List<FieldError> errors, bool initialEventsGiven)
    {
        if (Match.Length > 0)
        {
            if (ResourceVersion.Length == 0)
            {
                errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided"));
            }

            if (Continue.Length > 0)
            {
                errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"));
            }

            if (Match is not ("Exact" or "NotOlderThan"))
            {
                errors.Add(FieldError.NotSupported("resourceVersionMatch", Match, ["Exact", "NotOlderThan", ""]));
            }

            if (Match == "Exact" && ResourceVersion == "0")
            {
                errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
            }
        }

        if (initialEventsGiven)
        {
            errors.Add(FieldError.Forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
        }
    }

    private void CheckWatch(List<FieldError> errors, bool initialEventsGiven)
    {
        if (Match.Length > 0 && !initialEventsGiven)
        {
            errors.Add(FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
        }
        else if (initialEventsGiven && Match != "NotOlderThan")
        {
            errors.Add(FieldError.Forbidden("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
        }
    }

    /// <summary>The resourceVersion as a number; null when there is none.</summary>
    /// <param name="code">Code of the failure: lists answer 400, watches 500 without a reason.</param>
    public long? Revision(int code)
    {
        if (ResourceVersion.Length == 0)
        {
            return null;
        }

        if (ulong.TryParse(ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) && revision <= long.MaxValue)
        {
            return (long)revision;
        }

        var message = $"resourceVersion: Invalid value: \"{ResourceVersion}\": strconv.ParseUint: parsing \"{ResourceVersion}\": invalid syntax";
        throw code == 400 ? Errors.BadRequest($"invalid resource version: {message}") : new ApiException(code, "", message);
    }
}
