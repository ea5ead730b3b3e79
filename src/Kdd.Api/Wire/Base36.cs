using System.Numerics;

namespace Kdd.Api.Wire;

/// <summary>Unsigned numbers in base 36, lower case, without leading zeros: the digits of a cursor.</summary>
public static class Base36
{
    /// <summary>Digits of <see cref="ulong.MaxValue"/>.</summary>
    public const int MaxDigits = 13;

    private static ReadOnlySpan<byte> Digits => "0123456789abcdefghijklmnopqrstuvwxyz"u8;

    /// <summary>Every pair of digits: a cursor has four numbers of 10 to 13.</summary>
    private static readonly byte[] Pairs = [.. from high in Enumerable.Range(0, 36) from low in Enumerable.Range(0, 36) from digit in new[] { high, low } select Digits[digit]];

    /// <summary>36 to the power of the index.</summary>
    private static readonly ulong[] Powers = [.. Enumerable.Range(0, MaxDigits).Select(power => Enumerable.Repeat(36UL, power).Aggregate(1UL, (product, factor) => product * factor))];

    /// <summary>Writes the digits as ASCII and returns how many.</summary>
    public static int Write(ulong value, Span<byte> target)
    {
        int length = Length(value);
        int at = length;
        while (at >= 2)
        {
            (value, ulong pair) = Math.DivRem(value, 36 * 36);
            at -= 2;
            Pairs.AsSpan((int)pair * 2, 2).CopyTo(target[at..]);
        }

        if (at == 1)
        {
            target[0] = Digits[(int)value];
        }

        return length;
    }

    private static int Length(ulong value)
    {
        // log2(36) is 5.17: never more than one too few.
        int least = (BitOperations.Log2(value | 1) * 198 / 1024) + 1;
        return least < MaxDigits && value >= Powers[least] ? least + 1 : least;
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
