namespace Kdd.Operator.Streaming;

/// <summary>A number of places; who finds none waits its turn.</summary>
internal sealed class Limit(int places)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = [];
    private int _free = places;

    public int Free
    {
        get
        {
            lock (_lock)
            {
                return _free;
            }
        }
    }

    public bool TryTake()
    {
        lock (_lock)
        {
            if (_free <= 0)
            {
                return false;
            }

            _free--;
            return true;
        }
    }

    public async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        LinkedListNode<TaskCompletionSource> node;
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return;
            }

            node = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        using CancellationTokenRegistration registration = cancellationToken.Register(() =>
        {
            lock (_lock)
            {
                if (node.List is not null)
                {
                    _waiting.Remove(node);
                    node.Value.TrySetCanceled(cancellationToken);
                }
            }
        });
        await node.Value.Task;
    }

    public void Return()
    {
        lock (_lock)
        {
            if (_waiting.First is { } first)
            {
                _waiting.RemoveFirst();
                first.Value.TrySetResult();
            }
            else
            {
                _free++;
            }
        }
    }
}
