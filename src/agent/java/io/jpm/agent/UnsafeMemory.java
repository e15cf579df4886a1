package io.jpm.agent;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

/// Reads and writes the native memory that the JDK's socket methods use. It uses the JDK's internal
/// `Unsafe`, because the public `Unsafe` causes a warning in Java 24 and newer.
final class UnsafeMemory {
  private final MethodHandle copy;
  private final MethodHandle number;
  private final MethodHandle allocate;
  private final MethodHandle free;
  private final long arrayOffset;

  private UnsafeMemory(MethodHandles.Lookup lookup, Class<?> type)
      throws ReflectiveOperationException {
    Object unsafe = type.getMethod("getUnsafe").invoke(null);
    copy =
        lookup.bind(
            unsafe,
            "copyMemory",
            methodType(void.class, Object.class, long.class, Object.class, long.class, long.class));
    number = lookup.bind(unsafe, "getLong", methodType(long.class, long.class));
    allocate = lookup.bind(unsafe, "allocateMemory", methodType(long.class, long.class));
    free = lookup.bind(unsafe, "freeMemory", methodType(void.class, long.class));
    arrayOffset = ((Number) type.getField("ARRAY_BYTE_BASE_OFFSET").get(null)).longValue();
  }

  /// Returns a new instance. Must be called after the JDK's internal package has been opened to the
  /// agent.
  static UnsafeMemory open() throws ReflectiveOperationException {
    return new UnsafeMemory(
        MethodHandles.lookup(), Class.forName("jdk.internal.misc.Unsafe", true, null));
  }

  /// Returns the `length` bytes at `address`.
  byte[] get(long address, int length) {
    byte[] bytes = new byte[length];
    try {
      copy.invokeExact((Object) null, address, (Object) bytes, arrayOffset, (long) length);
    } catch (Throwable error) {
      throw JdkSockets.unchecked(error);
    }
    return bytes;
  }

  /// Returns the 64-bit number at `address`.
  long number(long address) {
    try {
      return (long) number.invokeExact(address);
    } catch (Throwable error) {
      throw JdkSockets.unchecked(error);
    }
  }

  /// Allocates `length` bytes.
  long allocate(long length) {
    try {
      return (long) allocate.invokeExact(length);
    } catch (Throwable error) {
      throw JdkSockets.unchecked(error);
    }
  }

  /// Copies the bytes to `address`.
  void put(long address, byte[] bytes) {
    try {
      copy.invokeExact((Object) bytes, arrayOffset, (Object) null, address, (long) bytes.length);
    } catch (Throwable error) {
      throw JdkSockets.unchecked(error);
    }
  }

  /// Frees memory that was allocated by [#allocate].
  void free(long address) {
    try {
      free.invokeExact(address);
    } catch (Throwable error) {
      throw JdkSockets.unchecked(error);
    }
  }
}
