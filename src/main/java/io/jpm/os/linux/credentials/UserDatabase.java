package io.jpm.os.linux.credentials;

import io.jpm.model.text.SurrogateEscape;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Native;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Looks up the users and groups of this machine in all configured databases (`getpwnam_r(3)`). The
/// offsets are those of glibc's structures, which are the same on all 64-bit architectures.
public final class UserDatabase {
  private static final Native USER_BY_NAME = new Native("getpwnam_r");
  private static final Native USER_BY_NUMBER = new Native("getpwuid_r");
  private static final Native GROUP_BY_NAME = new Native("getgrnam_r");
  private static final Native GROUP_LIST = new Native("getgrouplist");

  private static final int STRUCT_BYTES = 64;
  private static final int FIRST_BUFFER = 4096;
  private static final int LARGEST_BUFFER = 1 << 22;
  private static final int FIRST_GROUPS = 64;
  private static final int MOST_GROUPS = 65_536; // NGROUPS_MAX

  private static final int PW_NAME = 0;
  private static final int PW_UID = 16;
  private static final int PW_GID = 20;
  private static final int PW_DIR = 32;
  private static final int PW_SHELL = 40;
  private static final int GR_GID = 16;

  private UserDatabase() {}

  /// An entry of the user database.
  ///
  /// @param name the login name
  /// @param uid the user id, unsigned
  /// @param gid the id of the primary group, unsigned
  /// @param home the home directory
  /// @param shell the login shell
  public record User(String name, int uid, int gid, String home, String shell) {}

  /// Returns the user with this name or, if there is none, the user with this id.
  ///
  /// @throws ErrnoException if the database cannot be read
  public static Optional<User> user(String nameOrNumber) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      Optional<Entry> entry = ask(arena, USER_BY_NAME, Libc.text(arena, nameOrNumber).address());
      Optional<Integer> number = number(nameOrNumber);
      if (entry.isEmpty() && number.isPresent()) {
        entry = ask(arena, USER_BY_NUMBER, Integer.toUnsignedLong(number.get()));
      }
      return entry.map(found ->
          new User(
              found.text(PW_NAME),
              found.number(PW_UID),
              found.number(PW_GID),
              found.text(PW_DIR),
              found.text(PW_SHELL)));
    }
  }

  /// Returns the id of the group with this name. If there is none and the text is a number, returns
  /// the number, because a group id does not have to be in the database.
  ///
  /// @throws ErrnoException if the database cannot be read
  static Optional<Integer> group(String nameOrNumber) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      Optional<Entry> entry = ask(arena, GROUP_BY_NAME, Libc.text(arena, nameOrNumber).address());
      return entry.isPresent() ? entry.map(found -> found.number(GR_GID)) : number(nameOrNumber);
    }
  }

  /// Returns all groups of a user, including `gid`, as `initgroups(3)` would set them.
  public static List<Integer> groupsOf(String user, int gid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = Libc.text(arena, user);
      MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
      for (int capacity = FIRST_GROUPS; ; capacity = count.get(ValueLayout.JAVA_INT, 0)) {
        MemorySegment groups = arena.allocate(ValueLayout.JAVA_INT, capacity);
        count.set(ValueLayout.JAVA_INT, 0, capacity);
        int found = (int) GROUP_LIST.call(name.address(), gid, groups.address(), count.address());
        int length = count.get(ValueLayout.JAVA_INT, 0);
        if (found >= 0 || length <= capacity || length > MOST_GROUPS) {
          return Arrays.stream(
                  groups
                      .asSlice(0, 4L * Math.clamp(length, 0, capacity))
                      .toArray(ValueLayout.JAVA_INT))
              .boxed()
              .toList();
        }
      }
    }
  }

  /// Parses a user or group id: an unsigned 32-bit number. The largest number is not an id, because
  /// it means "no change".
  private static Optional<Integer> number(String text) {
    try {
      int number = Integer.parseUnsignedInt(text);
      return number == -1 || text.startsWith("+") ? Optional.empty() : Optional.of(number);
    } catch (NumberFormatException aName) {
      return Optional.empty();
    }
  }

  /// A structure filled by the C library, and the buffer that contains its strings.
  private record Entry(MemorySegment struct, MemorySegment buffer) {
    int number(int offset) {
      return struct.get(ValueLayout.JAVA_INT, offset);
    }

    String text(int offset) {
      long start = struct.get(ValueLayout.JAVA_LONG, offset) - buffer.address();
      long end = start;
      while (buffer.get(ValueLayout.JAVA_BYTE, end) != 0) {
        end++;
      }
      return SurrogateEscape.fromBytes(
          buffer.asSlice(start, end - start).toArray(ValueLayout.JAVA_BYTE));
    }
  }

  private static Optional<Entry> ask(Arena arena, Native function, long key) throws ErrnoException {
    MemorySegment struct = arena.allocate(STRUCT_BYTES, 8);
    MemorySegment result = arena.allocate(ValueLayout.JAVA_LONG);
    for (int bytes = FIRST_BUFFER; ; bytes *= 4) {
      MemorySegment buffer = arena.allocate(bytes);
      int errno =
          (int) function.call(key, struct.address(), buffer.address(), bytes, result.address());
      if (errno == Errno.ERANGE && bytes < LARGEST_BUFFER) {
        continue;
      }
      if (result.get(ValueLayout.JAVA_LONG, 0) != 0) {
        return Optional.of(new Entry(struct, buffer));
      }
      return switch (errno) {
        // The databases use all of these values for "not found" (getpwnam(3)).
        case 0, Errno.ENOENT, Errno.ESRCH, Errno.EBADF, Errno.EPERM -> Optional.empty();
        default ->
            throw new ErrnoException(
                "cannot look up users and groups on this machine: " + Errno.message(errno), errno);
      };
    }
  }
}
