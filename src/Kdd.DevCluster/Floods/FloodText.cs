using System.Text;

namespace Kdd.DevCluster.Floods;

/// <summary>What the lines of a flood look like; all of a flood are of one length, and a line's text depends on its number alone.</summary>
/// <param name="Lines">Texts that follow one another in turn, each of the flood's length, without timestamp and line end.</param>
/// <param name="Numbers">Where in each of them its number stands, ten digits.</param>
internal sealed record FloodText(IReadOnlyList<byte[]> Lines, IReadOnlyList<int> Numbers)
{
    /// <summary>Shorter texts have no room for what makes lines differ.</summary>
    public const int LeastMixed = 140;

    private const string Number = "0000000000";

    /// <summary>Of twenty lines: 12 of plain words, 5 of JSON with about 20 quotes, 2 with ANSI colours, 1 with quotes, tabs and letters beyond ASCII.</summary>
    private static readonly string[] Mix =
    [
        "flood 0000000000 GET /api/orders/4711 status=200 duration=12ms bytes=5312 user=42 ",
        """{"n":"0000000000","level":"info","msg":"order A-4711 placed by user 42","ms":12,"trace":"9f86d081","pad":"~"}""",
        "flood 0000000000 worker 3 took job 99 from queue mail after 4 tries, next in 30 s ",
        "flood 0000000000 GET /healthz status=200 duration=0ms bytes=2 agent=kube-probe/1.36 ",
        "\u001b[32mINFO\u001b[0m flood 0000000000 \u001b[1mcache\u001b[0m warmed: 1200 keys in \u001b[36m35 ms\u001b[0m ",
        """{"n":"0000000000","level":"warn","msg":"slow query on orders: 120 rows","ms":812,"trace":"2c26b46b","pad":"~"}""",
        "flood 0000000000 connection from 10.244.3.17:51844 accepted, 118 open, limit 500 ",
        "flood 0000000000 GET /api/orders status=500 duration=250ms bytes=87 user=7 retry=1 ",
        "flood 0000000000 compacted 14 segments into 3, 88 MiB read, 31 MiB written, took 1.4 s ",
        """{"n":"0000000000","level":"info","msg":"mail for job 99 sent","to":"a@example.com","trace":"fcde2b2e","pad":"~"}""",
        "flood 0000000000 PUT /api/carts/17 status=204 duration=9ms bytes=0 user=1042 ",
        "flood 0000000000 \t\"Größe\" unbekannt: «naïve»\t価格 1200 円\t\"ok\"\ttotal 17 ",
        "flood 0000000000 leader election: still holding the lease, renewed in 3 ms ",
        """{"n":"0000000000","level":"error","msg":"payment refused, code 51","order":"A-4712","ms":77,"pad":"~"}""",
        "flood 0000000000 GET /static/app.js status=304 duration=1ms bytes=0 user=42 ",
        "flood 0000000000 gc: 3 collections, pause 1.2 ms, heap 48 MiB of 128 MiB ",
        "\u001b[33mWARN\u001b[0m flood 0000000000 \u001b[1mretry\u001b[0m 2 of 5 for \u001b[36mpayments\u001b[0m in 400 ms ",
        "flood 0000000000 POST /api/orders status=201 duration=33ms bytes=412 user=42 ",
        """{"n":"0000000000","level":"debug","msg":"feature flag new-cart is on","ms":1,"trace":"7d793037","pad":"~"}""",
        "flood 0000000000 rotated keys: 2 new, 2 retired, next rotation in 24 h ",
    ];

    /// <summary><c>flood 0000000042 ....</c></summary>
    public static FloodText Dots(int length) => Of(["flood 0000000000 " + new string('.', Math.Max(0, length - 17))], length);

    /// <summary>As programs write them, filled up to the length.</summary>
    public static FloodText Mixed(int length) => Of(Mix, length);

    private static FloodText Of(IEnumerable<string> texts, int length)
    {
        byte[][] lines = [.. texts.Select(text => Encoding.UTF8.GetBytes(Fill(text, length))[..length])];
        return new FloodText(lines, [.. lines.Select(line => line.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Number)))]);
    }

    private static string Fill(string text, int length)
    {
        string filler = new('.', Math.Max(0, length - Encoding.UTF8.GetByteCount(text)));
        return text.Contains("\"~\"", StringComparison.Ordinal) ? text.Replace("~", filler + ".", StringComparison.Ordinal) : text + filler;
    }
}
