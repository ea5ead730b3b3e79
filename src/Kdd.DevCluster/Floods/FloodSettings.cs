using System.Globalization;

namespace Kdd.DevCluster.Floods;

/// <summary>What a container with the image <c>flood</c> writes: its args, such as <c>--rate=5000 --length=120 --lines=1000000</c>.</summary>
/// <param name="Length">Bytes of a line without timestamp and line end; at least 16: <c>flood 0000000001</c>.</param>
/// <param name="Rate">Lines a second; 0 is as fast as they are read.</param>
/// <param name="Lines">Lines until the container exits; null for no end.</param>
/// <param name="Mixed">Lines as programs write them instead of a word and dots: plain, JSON, ANSI colours, beyond ASCII.</param>
public sealed record FloodSettings(int Length = 120, double Rate = 0, long? Lines = null, bool Mixed = false)
{
    /// <summary>The image that makes a container a flood.</summary>
    public const string Image = "flood";

    private const int LeastLength = 16;
    private const int MostLength = 8192;

    /// <summary>Reads a container's args.</summary>
    /// <exception cref="FormatException">An argument is unknown or out of bounds; the message names it.</exception>
    public static FloodSettings Parse(IEnumerable<string> args)
    {
        var settings = new FloodSettings();
        foreach (string arg in args)
        {
            string[] parts = arg.Split('=', 2);
            string value = parts.Length == 2 ? parts[1] : "";
            settings = parts[0] switch
            {
                "--length" when int.TryParse(value, CultureInfo.InvariantCulture, out int length) && length is >= LeastLength and <= MostLength =>
                    settings with { Length = length },
                "--rate" when double.TryParse(value, CultureInfo.InvariantCulture, out double rate) && rate is >= 0 and <= 1e8 =>
                    settings with { Rate = rate },
                "--lines" when long.TryParse(value, CultureInfo.InvariantCulture, out long lines) && lines >= 0 =>
                    settings with { Lines = lines },
                "--text" when parts.Length == 2 && parts[1] is "dots" or "mixed" => settings with { Mixed = parts[1] == "mixed" },
                _ => throw new FormatException(
                    $"{arg}: a flood takes --length={LeastLength}..{MostLength}, --rate=LINES_PER_SECOND (0: as fast as read), --lines=COUNT and --text=dots|mixed"),
            };
        }
        return settings is { Mixed: true, Length: < FloodText.LeastMixed }
            ? throw new FormatException($"--length={settings.Length}: lines of --text=mixed have at least {FloodText.LeastMixed} bytes")
            : settings;
    }

    internal FloodText Text() => Mixed ? FloodText.Mixed(Length) : FloodText.Dots(Length);
}
