namespace Kdd.Api.Wire;

/// <summary>Unsigned numbers in base 36, lower case, without leading zeros: the digits of a cursor.</summary>
public static class Base36
{
    /// <summary>Digits of <see cref="ulong.MaxValue"/>.</summary>
    public const int MaxDigits = 13;

    private static ReadOnlySpan<byte> Digits => "0123456789abcdefghijklmnopqrstuvwxyz"u8;

    /// <summary>Writes the digits as ASCII and returns how many.</summary>
    public static int Write(ulong value, Span<byte> target)
    {
        Span<byte> reversed = stackalloc byte[MaxDigits];
        int at = MaxDigits;

        // Two digits a division: a cursor has four numbers of 10 to 13 digits.
        while (value >= 36)
        {
            (value, ulong pair) = Math.DivRem(value, 36 * 36);
            (uint high, uint low) = Math.DivRem((uint)pair, 36);
            reversed[--at] = Digits[(int)low];
            if (at > 0)
            {
                reversed[--at] = Digits[(int)high];
            }
        }

        if (value != 0 || at == MaxDigits)
        {
            reversed[--at] = Digits[(int)value];
        }
        else if (reversed[at] == '0')
        {
            at++;
        }

        reversed[at..].CopyTo(target);
        return MaxDigits - at;
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
