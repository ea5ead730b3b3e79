using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Kdd.DevCluster.Http;

namespace Kdd.DevCluster.Kubelet.Logs;

/// <summary>core/v1 PodLogOptions: the query of pods/log, read and validated as the API server does.</summary>
public sealed record PodLogOptions
{
    /// <summary>Container name; "" takes the only one.</summary>
    public string Container { get; init; } = "";

    /// <summary>Stay for the lines to come.</summary>
    public bool Follow { get; init; }

    /// <summary>The instance before the current one.</summary>
    public bool Previous { get; init; }

    /// <summary>Put the time before each line.</summary>
    public bool Timestamps { get; init; }

    /// <summary>Records from the end; null for all.</summary>
    public long? TailLines { get; init; }

    /// <summary>Bytes after which the answer ends, wherever in a line that is; null for no limit.</summary>
    public long? LimitBytes { get; init; }

    /// <summary>Records before this time are skipped, in nanoseconds since the Unix epoch, cut to the whole second.</summary>
    public long SinceNanoseconds { get; init; } = long.MinValue;

    /// <summary>As <see cref="SinceNanoseconds"/>, but back from the node's own clock; see <see cref="At"/>.</summary>
    public long? SinceSeconds { get; init; }

    /// <summary>Stdout, Stderr or All; needs <see cref="LogSettings.SplitStreams"/>.</summary>
    public string Stream { get; init; } = "All";

    /// <summary>The options with <see cref="SinceSeconds"/> resolved by the node's time, which a kubelet does to the nanosecond.</summary>
    public PodLogOptions At(long nodeTime) => SinceSeconds is { } seconds
        ? this with { SinceNanoseconds = nodeTime - (Math.Min(seconds, 1_000_000_000) * LogTime.Second) }
        : this;

    /// <summary>Whether a record of that stream was asked for.</summary>
    public bool Takes(bool stdout) => Stream == "All" || (Stream == "Stdout") == stdout;

    /// <summary>Reads the query of a request for the log of <paramref name="pod"/>.</summary>
    /// <exception cref="ApiException">400 for what cannot be read, 422 for what is out of bounds.</exception>
    public static PodLogOptions Parse(IQueryCollection query, string pod, LogSettings settings)
    {
        long? tail = Number(query, "tailLines");
        long? sinceSeconds = Number(query, "sinceSeconds");
        long? limit = Number(query, "limitBytes");
        long? sinceTime = Time(query, "sinceTime");
        string? stream = query.TryGetValue("stream", out var values) ? values[0] : null;

        var causes = new JsonArray();
        if (tail < 0)
        {
            Add(causes, "tailLines", "FieldValueInvalid", $"Invalid value: {tail}: must be greater than or equal to 0");
        }
        if (limit < 1)
        {
            Add(causes, "limitBytes", "FieldValueInvalid", $"Invalid value: {limit}: must be greater than 0");
        }
        if (sinceSeconds is not null && sinceTime is not null)
        {
            Add(causes, "[]", "FieldValueForbidden", "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified");
        }
        else if (sinceSeconds < 1)
        {
            Add(causes, "sinceSeconds", "FieldValueInvalid", $"Invalid value: {sinceSeconds}: must be greater than 0");
        }
        CheckStream(causes, stream, tail, settings);
        if (causes.Count > 0)
        {
            throw Invalid(pod, causes);
        }
        return new PodLogOptions
        {
            Container = query["container"].FirstOrDefault() ?? "",
            Follow = Flag(query, "follow"),
            Previous = Flag(query, "previous"),
            Timestamps = Flag(query, "timestamps"),
            TailLines = tail,
            LimitBytes = limit,
            SinceSeconds = sinceSeconds,
            SinceNanoseconds = sinceTime is { } since ? LogTime.FloorToSecond(since) : long.MinValue,
            Stream = stream ?? "All",
        };
    }

    private static void CheckStream(JsonArray causes, string? stream, long? tail, LogSettings settings)
    {
        if (stream is null)
        {
            return;
        }
        if (!settings.SplitStreams)
        {
            Add(causes, "stream", "FieldValueForbidden", "Forbidden: may not be specified");
        }
        else if (stream is not ("All" or "Stdout" or "Stderr"))
        {
            Add(causes, "stream", "FieldValueNotSupported",
                $"Unsupported value: \"{stream}\": supported values: \"Stderr\", \"All\", \"Stdout\"");
        }
        else if (stream != "All" && tail is not null)
        {
            Add(causes, "[]", "FieldValueForbidden", "Forbidden: `tailLines` and specific `stream` are mutually exclusive for now");
        }
    }

    /// <summary>Only "false" and "0" are false (apimachinery, Convert_Slice_string_To_bool): <c>follow=maybe</c> follows.</summary>
    private static bool Flag(IQueryCollection query, string name) =>
        query.TryGetValue(name, out var values) && values[0] is { } value
        && value != "0" && !value.Equals("false", StringComparison.OrdinalIgnoreCase);

    private static long? Number(IQueryCollection query, string name)
    {
        if (!query.TryGetValue(name, out var values))
        {
            return null;
        }
        string text = values[0] ?? "";
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
        {
            return number;
        }
        bool digits = text.Length > 0 && text.TrimStart('-', '+') is { Length: > 0 } rest && rest.All(char.IsAsciiDigit);
        throw new ApiException(400, "BadRequest",
            $"strconv.ParseInt: parsing \"{text}\": {(digits ? "value out of range" : "invalid syntax")}");
    }

    private static long? Time(IQueryCollection query, string name)
    {
        if (!query.TryGetValue(name, out var values) || values[0] is not { Length: > 0 } text)
        {
            return null;
        }
        if (LogTime.TryParse(Encoding.UTF8.GetBytes(text), out long time))
        {
            return time;
        }
        // Go names the part it stopped at: the year, or for a "+00:00" whose plus was not escaped the zone.
        bool zone = text.Length > 19 && LogTime.TryParse(Encoding.UTF8.GetBytes(text[..19] + "Z"), out _);
        string rest = zone ? text[19..] : text;
        throw new ApiException(400, "BadRequest",
            $"parsing time \"{text}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"{rest}\" as \"{(zone ? "Z07:00" : "2006")}\"");
    }

    private static void Add(JsonArray causes, string field, string reason, string message) =>
        causes.Add(new JsonObject { ["reason"] = reason, ["message"] = message, ["field"] = field });

    private static ApiException Invalid(string pod, JsonArray causes)
    {
        var texts = causes.Select(cause => $"{cause!["field"]}: {cause["message"]}").ToArray();
        string all = texts.Length == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
        return new ApiException(422, "Invalid", $"PodLogOptions \"{pod}\" is invalid: {all}",
            new JsonObject { ["name"] = pod, ["kind"] = "PodLogOptions", ["causes"] = causes });
    }
}
