using System.Buffers.Binary;

namespace Kdd.DevCluster.Protobuf;

/// <summary>Reads the wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding): tags, varints and length-delimited bytes.</summary>
/// <exception cref="FormatException">Thrown by every read of a message that ends early or is no protobuf.</exception>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    public readonly bool AtEnd => _rest.IsEmpty;

    public WireType ReadTag(out int field)
    {
        ulong tag = ReadVarint();
        field = (int)(tag >> 3);
        return (WireType)(tag & 7);
    }

    public ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("a varint is longer than ten bytes");
    }

    public ReadOnlySpan<byte> ReadBytes()
    {
        ulong length = ReadVarint();
        return length <= (ulong)_rest.Length ? Take((int)length) : throw Truncated();
    }

    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    public void Skip(WireType type)
    {
        _ = type switch
        {
            WireType.Varint => (long)ReadVarint(),
            WireType.Fixed64 => Take(sizeof(long)).Length,
            WireType.LengthDelimited => ReadBytes().Length,
            WireType.Fixed32 => Take(sizeof(int)).Length,
            _ => throw new FormatException($"wire type {(int)type} is not used by Kubernetes"),
        };
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw Truncated();
        }

        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private static FormatException Truncated() => new("the message ends inside a field");
}

internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    LengthDelimited = 2,
    Fixed32 = 5,
}
