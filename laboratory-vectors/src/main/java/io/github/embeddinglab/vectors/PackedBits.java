package io.github.embeddinglab.vectors;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Bit counting on packed bytes; eight bytes at a time is as fast as memory, so both kernels share it. */
final class PackedBits {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private PackedBits() {}

    static int hamming(byte[] a, int aOffset, byte[] b, int bOffset, int length) {
        int distance = 0;
        int i = 0;
        int wide = length - 31;
        for (; i < wide; i += 32) {
            distance += Long.bitCount((long) LONGS.get(a, aOffset + i) ^ (long) LONGS.get(b, bOffset + i))
                    + Long.bitCount((long) LONGS.get(a, aOffset + i + 8) ^ (long) LONGS.get(b, bOffset + i + 8))
                    + Long.bitCount((long) LONGS.get(a, aOffset + i + 16) ^ (long) LONGS.get(b, bOffset + i + 16))
                    + Long.bitCount((long) LONGS.get(a, aOffset + i + 24) ^ (long) LONGS.get(b, bOffset + i + 24));
        }
        for (; i < length - 7; i += 8) {
            distance += Long.bitCount((long) LONGS.get(a, aOffset + i) ^ (long) LONGS.get(b, bOffset + i));
        }
        for (; i < length; i++) {
            distance += Integer.bitCount((a[aOffset + i] ^ b[bOffset + i]) & 0xff);
        }
        return distance;
    }
}
