namespace Kdd.Operator.Sessions;

/// <summary>Counts the viewers of a replica against its limits.</summary>
internal sealed class ViewerPlaces(int most, int mostPerUser)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _users = [];
    private int _taken;

    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Why there is no place; null when one was taken.</summary>
    public string? TryTake(string user)
    {
        lock (_lock)
        {
            if (_taken >= most)
            {
                return $"this replica serves its {most} viewers already (--max-viewers)";
            }

            int own = _users.GetValueOrDefault(user);
            if (own >= mostPerUser)
            {
                return $"you have {own} streams open already, which is the limit (--max-viewers-per-user): close one";
            }

            _users[user] = own + 1;
            _taken++;
            return null;
        }
    }

    public void Return(string user)
    {
        lock (_lock)
        {
            _taken--;
            if (--_users[user] == 0)
            {
                _users.Remove(user);
            }
        }
    }
}
