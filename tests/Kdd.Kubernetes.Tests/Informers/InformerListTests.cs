using Xunit;

namespace Kdd.Kubernetes.Tests.Informers;

public sealed class InformerListTests : InformerTest
{
    [Fact]
    public async Task ListsInPagesFromTheServersCacheFirst()
    {
        ScriptedExchange first = await NextListAsync();
        Assert.Equal("/api/v1/namespaces/shop/pods", first.Path);
        Assert.Equal(("2", "0", null), (first.Query("limit"), first.Query("resourceVersion"), first.Query("continue")));
        await first.AnswerAsync(200, TestPod.List(7, "page two", TestPod.Json("a", 1), TestPod.Json("b", 2)));

        ScriptedExchange second = await NextListAsync();
        Assert.Equal(("2", null, "page two"), (second.Query("limit"), second.Query("resourceVersion"), second.Query("continue")));
        Assert.False(Informer.HasSynced);
        await second.AnswerAsync(200, TestPod.List(7, "", TestPod.Json("c", 3)));

        await Informer.Synced.WaitAsync(Cancelled);
        Assert.Equal(["a", "b", "c"], Informer.Lister.List().Select(pod => pod.Metadata.Name).Order());
    }

    [Fact]
    public async Task TheWatchBeginsWhereTheListEnds()
    {
        ScriptedExchange watch = await ListThenWatchAsync(42);
        Assert.Equal(("42", "true"), (watch.Query("resourceVersion"), watch.Query("allowWatchBookmarks")));
        Assert.InRange(int.Parse(watch.Query("timeoutSeconds")!, System.Globalization.CultureInfo.InvariantCulture), 240, 300);
    }

    [Fact]
    public async Task ARelistTellsTheDifferenceAndNothingElse()
    {
        ScriptedExchange watch = await ListThenWatchAsync(10, ("kept", 1), ("changed", 2), ("gone", 3));
        Assert.Equal(("+kept@1", "+changed@2", "+gone@3"), (await ChangeAsync(), await ChangeAsync(), await ChangeAsync()));
        await watch.RefuseAsync(410, "Expired");

        await ListThenWatchAsync(20, ("kept", 1), ("changed", 12), ("new", 13));
        Assert.Equal(("~changed@12", "+new@13", "-gone"), (await ChangeAsync(), await ChangeAsync(), await ChangeAsync()));
        Assert.False(HasChange);
    }

    [Fact]
    public async Task AfterAnExpiryItDoesNotListFromACacheThatMayLieBehind()
    {
        ScriptedExchange watch = await ListThenWatchAsync(10);
        await watch.RefuseAsync(410, "Expired");
        Assert.Null((await NextListAsync()).Query("resourceVersion"));
    }

    [Fact]
    public async Task AnExpiredContinueTokenStartsTheListAnew()
    {
        ScriptedExchange first = await NextListAsync();
        await first.AnswerAsync(200, TestPod.List(7, "next", TestPod.Json("a", 1)));
        await (await NextListAsync()).RefuseAsync(410, "Expired");
        ScriptedExchange again = await NextListAsync();
        Assert.Null(again.Query("continue"));
        await again.AnswerAsync(200, TestPod.List(8, null, TestPod.Json("b", 2)));
        await Informer.Synced.WaitAsync(Cancelled);
        Assert.Equal("b", Assert.Single(Informer.Lister.List()).Metadata.Name);
    }

    [Fact]
    public async Task AnObjectThatCannotBeReadIsLeftOutAndTheOthersCome()
    {
        ScriptedExchange list = await NextListAsync();
        await list.AnswerAsync(200, TestPod.List(7, null, TestPod.Json("a", 1), TestPod.Poison("bad", 2), TestPod.Json("c", 3)));
        await Informer.Synced.WaitAsync(Cancelled);
        Assert.Equal(["a", "c"], Informer.Lister.List().Select(pod => pod.Metadata.Name).Order());
    }

    [Fact]
    public async Task AFailedListIsTriedAgainAndSaysMeanwhileWhy()
    {
        await (await NextListAsync()).RefuseAsync(403, "Forbidden", "pods is forbidden");
        ScriptedExchange again = await NextListAsync();
        Assert.Equal("pods is forbidden", Informer.Failure?.Message);
        await again.AnswerAsync(200, TestPod.List(7, null));
        await Informer.Synced.WaitAsync(Cancelled);
        Assert.Null(Informer.Failure);
    }

    [Fact]
    public async Task WhenTheResourceIsNoLongerServedTheCacheEmpties()
    {
        ScriptedExchange watch = await ListThenWatchAsync(10, ("a", 1));
        Assert.Equal("+a@1", await ChangeAsync());
        await watch.RefuseAsync(404, "NotFound");
        await (await NextListAsync()).RefuseAsync(404, "NotFound");
        Assert.False(HasChange);
        await (await NextListAsync()).RefuseAsync(404, "NotFound");
        Assert.Equal("-a", await ChangeAsync());
    }
}
