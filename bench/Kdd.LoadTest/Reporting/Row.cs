namespace Kdd.LoadTest.Reporting;

/// <summary>
/// One figure of the benchmark. Names begin with <c>path.</c>, <c>operator.</c>, <c>gateway.</c>, <c>viewer.</c> or <c>devcluster.</c>
/// </summary>
internal sealed record Row(string Name, double Value, string Unit)
{
    /// <summary>Who was measured beside kdd in the same run; null where there is nobody to compare with.</summary>
    public string? Peer { get; init; }
    public double? PeerValue { get; init; }

    /// <summary>Null: reported, not judged.</summary>
    public Bar? Bar { get; init; }

    public double? Ratio => PeerValue is > 0 ? Value / PeerValue : null;

    public bool? Met => Bar?.IsMetBy(Ratio ?? Value);
}
