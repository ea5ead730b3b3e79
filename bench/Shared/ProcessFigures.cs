using System.Globalization;

namespace Kdd.Bench;

/// <summary>What a process under measurement says of itself.</summary>
internal static class ProcessFigures
{
    /// <summary>Maps <c>GET /figures</c>: bytes allocated so far, collections of generation 0 and 2, milliseconds of GC pause.</summary>
    public static void MapFigures(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/figures", () => string.Create(
        CultureInfo.InvariantCulture,
        $"{GC.GetTotalAllocatedBytes()} {GC.CollectionCount(0)} {GC.CollectionCount(2)} {GC.GetTotalPauseDuration().TotalMilliseconds}"));
}
