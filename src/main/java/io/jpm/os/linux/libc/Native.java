package io.jpm.os.linux.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/// One function of the C library, or of another one, by name, looked up when it is first called.
///
/// Every function goes through one downcall handle of six longs and a long: linking a shape of its
/// own for each costs 8 ms apiece at the daemon's start, this one is linked once. Both calling
/// conventions (x86-64 and arm64 System V) pass an `int` or a pointer in the same register as a
/// `long`, for variadic functions too; only the upper half of a returned `int` is undefined and cut
/// off here.
public final class Native {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final MemoryLayout STATE_LAYOUT = Linker.Option.captureStateLayout();
  private static final long ERRNO_OFFSET =
      STATE_LAYOUT.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  @SuppressWarnings("restricted") // the one downcall of jpm: arguments are checked by its callers
  private static final MethodHandle CALL =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.of(LONG, LONG, LONG, LONG, LONG, LONG, LONG),
              Linker.Option.captureCallState("errno"));

  private static final ThreadLocal<MemorySegment> STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE_LAYOUT));

  private final @Nullable SymbolLookup library;
  private final String name;
  private volatile @Nullable MemorySegment address;

  public Native(String name) {
    this.library = null;
    this.name = name;
  }

  /// @param library what it is part of
  public Native(SymbolLookup library, String name) {
    this.library = library;
    this.name = name;
  }

  String name() {
    return name;
  }

  /// Whether this C library has it.
  boolean exists() {
    return library().find(name).isPresent();
  }

  private SymbolLookup library() {
    // Asked anew: what is made in a static field must not load the linker at the daemon's start.
    return library == null ? Linker.nativeLinker().defaultLookup() : library;
  }

  /// Calls it with up to six arguments.
  ///
  /// @return what it returns; of an `int` only the lower half counts
  public long call(long... arguments) {
    return invoke(
        at(arguments, 0),
        at(arguments, 1),
        at(arguments, 2),
        at(arguments, 3),
        at(arguments, 4),
        at(arguments, 5));
  }

  /// Calls a function that returns an `int` and says by -1 that it failed.
  ///
  /// @return what it returns, or the negative `errno`
  public int errnoInt(long... arguments) {
    int result = (int) call(arguments);
    return result == -1 ? -STATE.get().get(ValueLayout.JAVA_INT, ERRNO_OFFSET) : result;
  }

  /// As [#errnoInt] for a function that returns a `long`.
  long errnoLong(long... arguments) {
    long result = call(arguments);
    return result == -1 ? -STATE.get().get(ValueLayout.JAVA_INT, ERRNO_OFFSET) : result;
  }

  private static long at(long[] arguments, int index) {
    return index < arguments.length ? arguments[index] : 0;
  }

  private long invoke(long a, long b, long c, long d, long e, long f) {
    try {
      return (long) CALL.invokeExact(address(), STATE.get(), a, b, c, d, e, f);
    } catch (Throwable impossible) {
      throw new IllegalStateException(name, impossible);
    }
  }

  private MemorySegment address() {
    MemorySegment known = address;
    if (known == null) {
      known =
          library()
              .find(name)
              .orElseThrow(() -> new IllegalStateException("no library has the function " + name));
      address = known;
    }
    return known;
  }
}
