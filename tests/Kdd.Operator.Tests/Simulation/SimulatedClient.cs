using System.IO.Hashing;
using System.Text;
using Kdd.Api.Wire;
using Kdd.Client;
using Kdd.Operator.Sessions;

namespace Kdd.Operator.Tests.Simulation;

/// <summary>
/// The reference client in a simulation: it loses its connection at any byte, comes back with its last id, to whichever
/// replica owns the LogView then, and drops what <see cref="SeenPositions"/> knows.
/// </summary>
internal sealed class SimulatedClient(Simulation simulation) : IDisposable
{
    private readonly SeenPositions _seen = new(simulation.Time);
    private SimulatedViewer? _viewer;
    private int _taken;
    private StreamCursor? _last;

    /// <summary>What the client's user sees, in order.</summary>
    public List<SseEvent> Shown { get; } = [];

    /// <summary>Everything that came, repeats included.</summary>
    public List<SseEvent> Received { get; } = [];

    public SimulatedViewer? Viewer => _viewer;

    public void Connect(Session session)
    {
        _taken = 0;
        _viewer = new SimulatedViewer(simulation, session, new StreamQuery { Cursor = _last });
    }

    /// <summary>Takes what has come.</summary>
    public void Take()
    {
        if (_viewer is { } viewer)
        {
            Take(viewer.Bytes.Length);
        }
    }

    /// <summary>The connection breaks: of what was under way a part arrives.</summary>
    public void Cut(Random random)
    {
        if (_viewer is { } viewer)
        {
            Take(random.Next(_taken, viewer.Bytes.Length + 1));
            Leave();
        }
    }

    /// <summary>Goes away, with everything that was sent.</summary>
    public void Leave()
    {
        Take();
        if (_viewer is { } viewer)
        {
            _viewer = null;
            simulation.Do(viewer.Leave);
            viewer.Dispose();
        }
    }

    public void Dispose() => _viewer?.Dispose();

    private void Take(int end)
    {
        ReadOnlySpan<byte> fresh = _viewer!.Bytes.AsSpan(_taken..end);
        int whole = fresh.LastIndexOf("\n\n"u8);
        if (whole < 0)
        {
            return;
        }

        _taken += whole + 2;
        foreach (SseEvent received in SseEvent.Parse(fresh[..(whole + 2)]))
        {
            Received.Add(received);
            if (received.Id is not null)
            {
                _last = received.Cursor;
            }

            if (received.Name == StreamEvents.Synced)
            {
                _seen.Synced();
            }

            if (received.Name != StreamEvents.Log || _seen.Accept(received.Cursor, XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(received.Text("message")))))
            {
                Shown.Add(received);
            }
        }
    }
}
