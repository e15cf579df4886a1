package io.jpm.os.linux.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// Binds the system calls that change which mounts a thread sees (`mount_namespaces(7)`). Failures
/// are returned as in [Libc]. Paths are passed as addresses, as in [DiskCalls].
public final class MountCalls {
  public static final long READ_ONLY = 1;
  public static final long NO_SET_USER_ID = 2;
  public static final long NO_DEVICES = 4;
  public static final long NO_PROGRAMS = 8;
  public static final long REMOUNT = 0x20;
  public static final long BIND = 0x1000;
  public static final long RECURSIVE = 0x4000;
  public static final long PRIVATE = 1 << 18;
  public static final long SLAVE = 1 << 19;

  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final int UNSHARE = ARM ? 97 : 272;
  private static final int MOUNT_SETATTR = 442;
  private static final long CLONE_NEWNS = 0x20000;
  private static final int HERE = -100; // AT_FDCWD
  private static final long BELOW_TOO = 0x8000; // AT_RECURSIVE

  /// Size of `struct mount_attr`: flags to set, flags to clear, propagation, user namespace.
  private static final int ATTRIBUTES_BYTES = 32;

  private static final int LONGEST_PATH = 4096;

  private static final Native MOUNT = new Native("mount");
  private static final Native READLINK = new Native("readlink");

  private MountCalls() {}

  /// Loads all classes that later calls need. A thread in another mount namespace might not find a
  /// class file, and a class loader does not look again for a class that it failed to find.
  public static void load() {
    Libc.systemCall(UNSHARE, 0);
    MOUNT.errnoInt(0, 0, 0, 0, 0);
    READLINK.errnoInt(0, 0, 0);
    SocketCalls.duplicateOver(-1, -1);
  }

  /// Calls `unshare(2)` to create a new mount namespace. Other threads do not see later mounts of
  /// the calling thread, except for shared mounts.
  public static int leave() {
    return Libc.systemCall(UNSHARE, CLONE_NEWNS);
  }

  /// Calls `mount(2)`.
  public static int mount(long source, long target, long type, long flags, long data) {
    return MOUNT.errnoInt(source, target, type, flags, data);
  }

  /// Returns the attributes for [#makeReadOnly].
  public static MemorySegment readOnlyAndPrivate(Arena arena) {
    MemorySegment attributes = arena.allocate(ATTRIBUTES_BYTES, Long.BYTES);
    attributes.setAtIndex(ValueLayout.JAVA_LONG, 0, READ_ONLY);
    attributes.setAtIndex(ValueLayout.JAVA_LONG, 2, PRIVATE);
    return attributes;
  }

  /// Calls `mount_setattr(2)`, which is available since Linux 5.12, for a mount and all mounts
  /// below it.
  public static int makeReadOnly(long target, long attributes) {
    return Libc.systemCall(MOUNT_SETATTR, HERE, target, BELOW_TOO, attributes, ATTRIBUTES_BYTES);
  }

  /// Calls `readlink(2)`. Returns the target of the link with one character per byte; empty if the
  /// call fails.
  public static String link(String file) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(LONGEST_PATH);
      int length =
          READLINK.errnoInt(Libc.text(arena, file).address(), buffer.address(), LONGEST_PATH);
      byte[] bytes = buffer.asSlice(0, Math.max(length, 0)).toArray(ValueLayout.JAVA_BYTE);
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }
}
