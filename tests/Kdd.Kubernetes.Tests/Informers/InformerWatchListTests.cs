using Xunit;

namespace Kdd.Kubernetes.Tests.Informers;

/// <summary>Lists as streams (KEP-3157), and what happens where the server has none.</summary>
public sealed class InformerWatchListTests : InformerTest
{
    private protected override bool WatchList => true;

    [Fact]
    public async Task TheListComesAsTheFirstNotificationsOfItsWatch()
    {
        ScriptedExchange watch = await NextStreamedListAsync();
        await watch.WriteAsync(TestPod.Notification("ADDED", TestPod.Json("a", 1)) + TestPod.Notification("ADDED", TestPod.Json("b", 2)));
        Assert.Equal(("+a@1", "+b@2"), (await ChangeAsync(), await ChangeAsync()));
        Assert.False(Informer.HasSynced);
        await watch.WriteAsync(TestPod.EndOfList(7));
        await Informer.Synced.WaitAsync(Cancelled);

        await watch.WriteAsync(TestPod.Notification("MODIFIED", TestPod.Json("a", 8)));
        Assert.Equal("~a@8", await ChangeAsync());
        watch.End();
        ScriptedExchange resumed = await NextWatchAsync();
        Assert.Equal(("8", null), (resumed.Query("resourceVersion"), resumed.Query("sendInitialEvents")));
    }

    [Fact]
    public async Task AnOrdinaryBookmarkDoesNotEndTheList()
    {
        ScriptedExchange watch = await NextStreamedListAsync();
        await watch.WriteAsync(TestPod.Bookmark(5) + TestPod.Notification("ADDED", TestPod.Json("a", 6)));
        Assert.Equal("+a@6", await ChangeAsync());
        Assert.False(Informer.HasSynced);
        await watch.WriteAsync(TestPod.EndOfList(7));
        await Informer.Synced.WaitAsync(Cancelled);
    }

    [Fact]
    public async Task AServerThatRefusesIsAskedForPagesFromThenOn()
    {
        await (await NextStreamedListAsync()).RefuseAsync(422, "Invalid", "resourceVersionMatch is forbidden for watch");
        ScriptedExchange watch = await ListThenWatchAsync(7, ("a", 1));
        Assert.Equal("+a@1", await ChangeAsync());

        await watch.RefuseAsync(410, "Expired");
        await ListThenWatchAsync(9, ("a", 1));
        Assert.False(HasChange);
    }

    [Fact]
    public async Task ARelistByStreamTellsTheDifferenceAndNothingElse()
    {
        ScriptedExchange watch = await NextStreamedListAsync();
        await watch.WriteAsync(TestPod.Notification("ADDED", TestPod.Json("kept", 1)) + TestPod.Notification("ADDED", TestPod.Json("gone", 2)) + TestPod.EndOfList(7));
        Assert.Equal(("+kept@1", "+gone@2"), (await ChangeAsync(), await ChangeAsync()));
        await Informer.Synced.WaitAsync(Cancelled);
        await watch.WriteAsync(TestPod.Expired);

        watch = await NextStreamedListAsync();
        await watch.WriteAsync(TestPod.Notification("ADDED", TestPod.Json("kept", 1)) + TestPod.Notification("ADDED", TestPod.Json("new", 8)) + TestPod.EndOfList(9));
        Assert.Equal(("+new@8", "-gone"), (await ChangeAsync(), await ChangeAsync()));
        Assert.False(HasChange);
    }

    /// <summary>A proxy that cuts long answers, a server that never gets to the bookmark: the list must not depend on either.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AStreamThatEndsBeforeTheListDoesIsMadeUpForByPages(bool cut)
    {
        ScriptedExchange watch = await NextStreamedListAsync();
        await watch.WriteAsync(TestPod.Notification("ADDED", TestPod.Json("a", 1)) + TestPod.Notification("ADDED", TestPod.Json("gone", 2)));
        Assert.Equal(("+a@1", "+gone@2"), (await ChangeAsync(), await ChangeAsync()));
        if (cut)
        {
            watch.Cut();
        }
        else
        {
            watch.End();
        }

        await ListThenWatchAsync(7, ("a", 1));
        Assert.Equal("-gone", await ChangeAsync());
        Assert.True(Informer.HasSynced);
    }

    private async Task<ScriptedExchange> NextStreamedListAsync()
    {
        ScriptedExchange watch = await NextWatchAsync();
        Assert.Equal(
            ("true", "NotOlderThan", "true", null),
            (watch.Query("sendInitialEvents"), watch.Query("resourceVersionMatch"), watch.Query("allowWatchBookmarks"), watch.Query("resourceVersion")));
        return watch;
    }
}
