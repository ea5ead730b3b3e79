using System.Text.Json.Nodes;

namespace Kdd.DevCluster.Tables;

/// <summary>A column of a Table.</summary>
/// <param name="Name">Heading.</param>
/// <param name="Type">string, integer, number, boolean or date.</param>
/// <param name="Priority">0 always shown, 1 with -o wide.</param>
/// <param name="Cell">The cell of an object at a time.</param>
/// <param name="Description">What it says.</param>
/// <param name="Format">name for the name column.</param>
internal sealed record Column(string Name, string Type, int Priority, Func<JsonObject, DateTimeOffset, JsonNode?> Cell, string Description = "", string Format = "");
