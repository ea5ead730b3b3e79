namespace Kdd.LoadTest.Paths;

/// <summary>What a design did in its turn.</summary>
/// <param name="Lines">Delivered to viewers.</param>
/// <param name="Lost">Told to viewers as missed; they were read, merged and kept all the same.</param>
/// <param name="Received">Lines that kdd's sessions have read, filtered ones too.</param>
/// <param name="Allocated">Bytes.</param>
internal readonly record struct Turn(long Lines, long Lost, long Received, TimeSpan Cpu, long Allocated, TimeSpan Elapsed)
{
    /// <summary>Lines that came to viewers or were told as missed.</summary>
    public long Read => Lines + Lost;

    /// <summary>Microseconds.</summary>
    public double CpuPerLine => Cpu.TotalMicroseconds / Math.Max(1, Lines);

    public double AllocatedPerLine => (double)Allocated / Math.Max(1, Lines);

    public double LinesPerSecond => Lines / Elapsed.TotalSeconds;

    public double ReceivedPerSecond => Received / Elapsed.TotalSeconds;

    public Turn Since(Turn before, TimeSpan elapsed)
        => new(Lines - before.Lines, Lost - before.Lost, Received - before.Received, Cpu - before.Cpu, Allocated - before.Allocated, elapsed);

    public static double Median(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return ordered[ordered.Length / 2];
    }
}
