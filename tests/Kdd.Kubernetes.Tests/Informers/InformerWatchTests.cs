using Xunit;

namespace Kdd.Kubernetes.Tests.Informers;

public sealed class InformerWatchTests : InformerTest
{
    [Fact]
    public async Task EachNotificationChangesTheCacheAndIsTold()
    {
        ScriptedExchange watch = await ListThenWatchAsync(10);
        await watch.WriteAsync(TestPod.Notification("ADDED", TestPod.Json("a", 11)));
        Assert.Equal("+a@11", await ChangeAsync());
        await watch.WriteAsync(TestPod.Notification("MODIFIED", TestPod.Json("a", 12)));
        Assert.Equal("~a@12", await ChangeAsync());
        Assert.Equal("12", Informer.Lister.Get(new NamespacedName("shop", "a"))?.Metadata.ResourceVersion);
        await watch.WriteAsync(TestPod.Notification("DELETED", TestPod.Json("a", 13)));
        Assert.Equal("-a", await ChangeAsync());
        Assert.Equal(0, Informer.Lister.Count);
    }

    [Fact]
    public async Task ItResumesAfterTheLastNotification()
    {
        ScriptedExchange watch = await ListThenWatchAsync(10);
        await watch.WriteAsync(TestPod.Notification("ADDED", TestPod.Json("a", 11)));
        await ChangeAsync();
        watch.End();
        Assert.Equal("11", (await NextWatchAsync()).Query("resourceVersion"));
    }

    [Fact]
    public async Task ItResumesAfterTheLastBookmark()
    {
        ScriptedExchange watch = await ListThenWatchAsync(10);
        await watch.WriteAsync(TestPod.Bookmark(99));
        watch.End();
        Assert.Equal("99", (await NextWatchAsync()).Query("resourceVersion"));
        Assert.False(HasChange);
    }

    [Fact]
    public async Task AWatchThatIsCutInTheMiddleOfANotificationIsResumedAndNothingIsTakenFromTheHalf()
    {
        ScriptedExchange watch = await ListThenWatchAsync(10);
        string notification = TestPod.Notification("ADDED", TestPod.Json("a", 11));
        await watch.WriteAsync(notification[..(notification.Length / 2)]);
        watch.Cut();

        watch = await NextWatchAsync();
        Assert.Equal("10", watch.Query("resourceVersion"));
        await watch.WriteAsync(notification);
        Assert.Equal("+a@11", await ChangeAsync());
    }

    [Fact]
    public async Task ANotificationThatArrivesByteByByteIsOne()
    {
        ScriptedExchange watch = await ListThenWatchAsync(10);
        foreach (char c in TestPod.Notification("ADDED", TestPod.Json("a", 11)))
        {
            await watch.WriteAsync(c.ToString());
        }

        Assert.Equal("+a@11", await ChangeAsync());
    }

    [Fact]
    public async Task AnExpiredPositionInTheStreamLeadsToARelist()
    {
        ScriptedExchange watch = await ListThenWatchAsync(10, ("a", 1));
        await ChangeAsync();
        await watch.WriteAsync(TestPod.Expired);
        await ListThenWatchAsync(20);
        Assert.Equal("-a", await ChangeAsync());
    }

    [Fact]
    public async Task ATooLargeResourceVersionLeadsToARelist()
    {
        ScriptedExchange watch = await ListThenWatchAsync(10);
        await watch.RefuseAsync(504, "Timeout", "Too large resource version: 10, current: 5");
        await NextListAsync();
    }

    [Fact]
    public async Task GarbageIsReadAgainFromTheLastGoodPositionAndLeadsToARelistWhenItStays()
    {
        ScriptedExchange watch = await ListThenWatchAsync(10);
        for (int attempt = 1; attempt < 3; attempt++)
        {
            await watch.WriteAsync("<html>bad gateway</html>\n");
            watch = await NextWatchAsync();
            Assert.Equal("10", watch.Query("resourceVersion"));
        }

        await watch.WriteAsync("<html>bad gateway</html>\n");
        await NextListAsync();
    }

    [Fact]
    public async Task ANotificationThatComesTwiceIsToldOnce()
    {
        ScriptedExchange watch = await ListThenWatchAsync(10);
        string twice = TestPod.Notification("ADDED", TestPod.Json("a", 11));
        await watch.WriteAsync(twice + twice + TestPod.Notification("ADDED", TestPod.Json("b", 12)));
        Assert.Equal(("+a@11", "+b@12"), (await ChangeAsync(), await ChangeAsync()));
    }

    [Fact]
    public async Task AnObjectThatCannotBeReadLeavesTheCacheAndDoesNotEndTheWatch()
    {
        ScriptedExchange watch = await ListThenWatchAsync(10, ("a", 1));
        await ChangeAsync();
        await watch.WriteAsync(TestPod.Notification("MODIFIED", TestPod.Poison("a", 11)) + TestPod.Notification("ADDED", TestPod.Json("b", 12)));
        Assert.Equal(("-a", "+b@12"), (await ChangeAsync(), await ChangeAsync()));
        watch.End();
        Assert.Equal("12", (await NextWatchAsync()).Query("resourceVersion"));
    }

    [Fact]
    public async Task TheTypeMayComeAfterTheObject()
    {
        ScriptedExchange watch = await ListThenWatchAsync(10);
        await watch.WriteAsync($$"""{"object":{{TestPod.Json("a", 11)}},"type":"ADDED"}""" + "\n");
        Assert.Equal("+a@11", await ChangeAsync());
    }

    [Fact]
    public async Task ASubscriberThatThrowsDoesNotEndTheWatch()
    {
        Informer.Changed += _ => throw new InvalidOperationException("a mistake");
        ScriptedExchange watch = await ListThenWatchAsync(10);
        await watch.WriteAsync(TestPod.Notification("ADDED", TestPod.Json("a", 11)));
        await watch.WriteAsync(TestPod.Notification("ADDED", TestPod.Json("b", 12)));
        Assert.Equal(("+a@11", "+b@12"), (await ChangeAsync(), await ChangeAsync()));
    }
}
