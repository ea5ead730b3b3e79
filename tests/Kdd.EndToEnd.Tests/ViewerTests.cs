using System.Text.RegularExpressions;
using Kdd.EndToEnd.Tests.Cluster;
using Microsoft.Playwright;
using Xunit;

namespace Kdd.EndToEnd.Tests;

/// <summary>The viewer in a real browser, found by roles and names as assistive technology finds it.</summary>
public sealed partial class ViewerTests(InstalledCluster cluster, Browser browser) : IClassFixture<Browser>
{
    private const int LinesPerPod = 1000;
    private const int Pods = 3;

    [Fact]
    public async Task EveryNumberOfEveryPodIsShownOnce()
    {
        await using TestNamespace ns = await TestNamespace.CreateAsync(cluster, "page");
        IPage page = await OpenCountersAsync(ns);

        Dictionary<string, int> numberByCursor = await ReadAllRowsAsync(page);

        Assert.Equal(Pods * LinesPerPod, numberByCursor.Count);
        ILookup<int, string> cursorsByNumber = numberByCursor.ToLookup(row => row.Value, row => row.Key);
        Assert.All(Enumerable.Range(1, LinesPerPod), number => Assert.Equal(Pods, cursorsByNumber[number].Count()));
    }

    [Fact]
    public async Task SearchingSwitchesFollowOffWhileLinesKeepComing()
    {
        await using TestNamespace ns = await TestNamespace.CreateAsync(cluster, "search");
        IPage page = await OpenCountersAsync(ns);
        ILocator follow = page.GetByRole(AriaRole.Button, new() { Name = "Follow", Exact = true });
        await Assertions.Expect(follow).ToHaveAttributeAsync("aria-pressed", "true");

        await page.GetByRole(AriaRole.Searchbox, new() { Name = "Search" }).FillAsync("line 770");
        await Assertions.Expect(follow).ToHaveAttributeAsync("aria-pressed", "false");
        await page.GetByRole(AriaRole.Button, new() { Name = "Only matching lines" }).ClickAsync();

        await Assertions.Expect(Rows(page).Filter(new() { HasTextRegex = TickLine() })).ToHaveCountAsync(0);
        await Assertions.Expect(Rows(page).Filter(new() { HasText = "line 770" })).ToHaveCountAsync(Pods);

        await page.GetByRole(AriaRole.Searchbox, new() { Name = "Search" }).FillAsync("");
        await page.GetByRole(AriaRole.Button, new() { Name = "Only matching lines" }).ClickAsync();
        await follow.ClickAsync();
        await Assertions.Expect(Rows(page).Filter(new() { HasTextRegex = TickLine() }).First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task OnePodIsPickedOutAndTheOthersComeBack()
    {
        await using TestNamespace ns = await TestNamespace.CreateAsync(cluster, "pods");
        IPage page = await OpenCountersAsync(ns);
        ILocator pods = page.GetByRole(AriaRole.Group, new() { Name = "Pods" }).GetByRole(AriaRole.Button).Filter(new() { HasTextRegex = CounterPod() });
        await Assertions.Expect(pods).ToHaveCountAsync(Pods);

        await pods.First.ClickAsync();
        await page.GetByRole(AriaRole.Searchbox, new() { Name = "Search" }).FillAsync("line 500");
        await page.GetByRole(AriaRole.Button, new() { Name = "Only matching lines" }).ClickAsync();
        await Assertions.Expect(Rows(page).Filter(new() { HasText = "line 500" })).ToHaveCountAsync(1);

        await pods.First.ClickAsync();
        await Assertions.Expect(Rows(page).Filter(new() { HasText = "line 500" })).ToHaveCountAsync(Pods);
    }

    [Fact]
    public async Task HomeListsTheLogViewsAndLeadsToTheirLines()
    {
        await using TestNamespace ns = await TestNamespace.CreateAsync(cluster, "home");
        await ns.ApplyAsync(Manifests.Counters("counter", 1, 5));
        await ns.ApplyAsync(Manifests.LogViewOn("my-view", "counter"));
        await ns.WaitReadyAsync("my-view");
        IPage page = await browser.OpenAsync();
        await page.GotoAsync(cluster.Url.ToString());

        await page.Locator($"a[href*='logviews/{ns.Name}/my-view']").First.ClickAsync();

        await Assertions.Expect(Rows(page).Filter(new() { HasText = "line 5" }).First).ToBeVisibleAsync();
    }

    private async Task<IPage> OpenCountersAsync(TestNamespace ns)
    {
        await ns.ApplyAsync(Manifests.Counters("counter", Pods, LinesPerPod));
        await ns.RunAsync("rollout status deployment/counter --timeout=120s");
        await ns.ApplyAsync(Manifests.LogViewOn("counter", "counter"));
        await ns.WaitReadyAsync("counter");
        IPage page = await browser.OpenAsync();
        await page.GotoAsync(new Uri(cluster.Url, $"logviews/{ns.Name}/counter").ToString());
        await Assertions.Expect(Rows(page).Filter(new() { HasTextRegex = TickLine() }).First).ToBeVisibleAsync();
        return page;
    }

    private static ILocator Rows(IPage page) => page.GetByRole(AriaRole.Log, new() { Name = "Log lines" }).Locator("[data-cursor]");

    /// <summary>Scrolls from the first row to the last and takes every row's number by its cursor: the list is virtualised.</summary>
    private static async Task<Dictionary<string, int>> ReadAllRowsAsync(IPage page)
    {
        ILocator log = page.GetByRole(AriaRole.Log, new() { Name = "Log lines" });
        await log.HoverAsync();
        await page.Mouse.WheelAsync(0, -1_000_000);
        await Assertions.Expect(Rows(page).Filter(new() { HasTextRegex = FirstLine() }).First).ToBeVisibleAsync();
        Dictionary<string, int> numberByCursor = [];
        for (int step = 0; step < 2 * Pods * LinesPerPod / 20; step++)
        {
            string[][] rows = await Rows(page).EvaluateAllAsync<string[][]>("rows => rows.map(row => [row.dataset.cursor, row.textContent])");
            foreach (string[] row in rows)
            {
                if (NumberedLine().Match(row[1]) is { Success: true } match)
                {
                    numberByCursor[row[0]] = int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
                }
            }

            if (numberByCursor.Count >= Pods * LinesPerPod)
            {
                break;
            }

            await page.Mouse.WheelAsync(0, 400);
            await page.EvaluateAsync("() => new Promise(painted => requestAnimationFrame(() => requestAnimationFrame(painted)))");
        }

        return numberByCursor;
    }

    [GeneratedRegex(@"tick \d+")]
    private static partial Regex TickLine();

    [GeneratedRegex(@"line 1(?!\d)")]
    private static partial Regex FirstLine();

    [GeneratedRegex(@"line (\d+)")]
    private static partial Regex NumberedLine();

    [GeneratedRegex(@"counter-")]
    private static partial Regex CounterPod();
}
