namespace Kdd.Api.Wire;

/// <summary>Unsigned numbers in base 36, lower case, without leading zeros: the digits of a cursor.</summary>
internal static class Base36
{
    /// <summary>Digits of <see cref="ulong.MaxValue"/>.</summary>
    public const int MaxDigits = 13;

    private static ReadOnlySpan<byte> Digits => "0123456789abcdefghijklmnopqrstuvwxyz"u8;

    public static int Write(ulong value, Span<byte> target)
    {
        Span<byte> reversed = stackalloc byte[MaxDigits];
        int count = 0;
        do
        {
            (value, ulong digit) = Math.DivRem(value, 36);
            reversed[count++] = Digits[(int)digit];
        }
        while (value != 0);

        for (int i = 0; i < count; i++)
        {
            target[i] = reversed[count - 1 - i];
        }

        return count;
    }

    /// <summary>False when empty, too long, too large or not base 36.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ulong value)
    {
        value = 0;
        if (text.Length is 0 or > MaxDigits)
        {
            return false;
        }

        foreach (char c in text)
        {
            int digit = c switch
            {
                >= '0' and <= '9' => c - '0',
                >= 'a' and <= 'z' => c - 'a' + 10,
                _ => -1,
            };
            UInt128 next = ((UInt128)value * 36) + (uint)digit;
            if (digit < 0 || next > ulong.MaxValue)
            {
                return false;
            }

            value = (ulong)next;
        }

        return true;
    }
}
