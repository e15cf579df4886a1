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

/// A function of the C library or of another library, which is looked up by name at its first call.
///
/// Every function is called through one downcall handle with six `long` arguments and a `long`
/// result. It is linked only once; separate handles for the functions would add 8 ms each to the
/// daemon's startup. Both calling conventions (x86-64 and arm64 System V) pass an `int` or a
/// pointer in the same register as a `long`, even to variadic functions. Only the upper half of a
/// returned `int` is undefined, and it is discarded here.
public final class Native {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final MemoryLayout STATE_LAYOUT = Linker.Option.captureStateLayout();
  private static final long ERRNO_OFFSET =
      STATE_LAYOUT.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  @SuppressWarnings("restricted") // jpm's only downcall; its callers check the arguments
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

  /// Creates a reference to a function, which is not looked up yet.
  ///
  /// @param library the library that contains the function
  /// @param name the name of the function
  public Native(SymbolLookup library, String name) {
    this.library = library;
    this.name = name;
  }

  String name() {
    return name;
  }

  /// Reports whether the library has the function.
  boolean exists() {
    return library().find(name).isPresent();
  }

  private SymbolLookup library() {
    // Not stored in a field, because initializing a static field of this type would load the linker
    // during the daemon's startup.
    return library == null ? Linker.nativeLinker().defaultLookup() : library;
  }

  /// Calls the function with up to six arguments.
  ///
  /// @return the result; if it is an `int`, only the lower half is defined
  public long call(long... arguments) {
    return invoke(
        at(arguments, 0),
        at(arguments, 1),
        at(arguments, 2),
        at(arguments, 3),
        at(arguments, 4),
        at(arguments, 5));
  }

  /// Calls a function that returns an `int` and indicates a failure with -1.
  ///
  /// @return the result, or the negative `errno`
  public int errnoInt(long... arguments) {
    int result = (int) call(arguments);
    return result == -1 ? -STATE.get().get(ValueLayout.JAVA_INT, ERRNO_OFFSET) : result;
  }

  /// Calls a function like [#errnoInt] that returns a `long`.
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
              .orElseThrow(() ->
                  new IllegalStateException("no loaded library contains the function " + name));
      address = known;
    }
    return known;
  }
}
