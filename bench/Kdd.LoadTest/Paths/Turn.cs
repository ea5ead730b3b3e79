namespace Kdd.LoadTest.Paths;

/// <summary>What a design did in its turn.</summary>
/// <param name="Lines">Delivered to viewers.</param>
/// <param name="Lost">Told to viewers as missed; they were read, merged and kept all the same.</param>
internal readonly record struct Turn(long Lines, long Lost, TimeSpan Cpu, TimeSpan Elapsed)
{
    public double CpuPerLine => Cpu.TotalMicroseconds / Math.Max(1, Lines);

    public double LinesPerSecond => Lines / Elapsed.TotalSeconds;

    public static double Median(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return ordered[ordered.Length / 2];
    }
}
