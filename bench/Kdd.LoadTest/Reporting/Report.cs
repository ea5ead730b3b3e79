using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kdd.LoadTest.Reporting;

/// <summary>The rows of a run as a table for people and a list for machines.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Json(IEnumerable<Row> rows) => new JsonArray([.. rows.Select(JsonRow)]).ToJsonString(Indented) + "\n";

    public static string Markdown(IReadOnlyCollection<Row> rows, string machine)
    {
        StringBuilder text = new();
        text.AppendLine(machine).AppendLine();
        text.AppendLine("| figure | value | unit | peer | peer's | ratio | bar | met |").AppendLine("|---|---|---|---|---|---|---|---|");
        foreach (Row row in rows)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {row.Name} | {Number(row.Value)} | {row.Unit} | {row.Peer} | {Number(row.PeerValue)} | {Number(row.Ratio)} | {row.Bar} | {row.Met switch { true => "yes", false => "**no**", null => "" }} |");
        }

        return text.ToString();
    }

    private static JsonObject JsonRow(Row row) => new()
    {
        ["name"] = row.Name,
        ["value"] = Math.Round(row.Value, 4),
        ["unit"] = row.Unit,
        ["peer"] = row.Peer,
        ["peerValue"] = row.PeerValue,
        ["ratio"] = row.Ratio,
        ["bar"] = row.Bar?.ToString(),
        ["met"] = row.Met,
    };

    private static string Number(double? figure) => figure?.ToString("0.###", CultureInfo.InvariantCulture) ?? "";
}
