package io.jpm.os.linux.spawn;

import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Native;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/// A pseudo-terminal (`pty(7)`) in raw mode and without echo. It is not the controlling terminal of
/// any process.
///
/// @param master the end from which the output is read
/// @param slave the end that a process uses as its terminal
record Pty(int master, int slave) {
  private static final Native IOCTL = new Native("ioctl");

  private static final long TCGETS = 0x5401;
  private static final long TCSETS = 0x5402;
  private static final long TIOCSWINSZ = 0x5414;
  private static final long TIOCGPTPEER = 0x5441;
  private static final long TIOCSPTLCK = 0x40045431;

  /// Size of the kernel's `struct termios`: c_iflag, c_oflag, c_cflag, c_lflag, then control
  /// characters.
  private static final int TERMIOS_BYTES = 64;

  private static final int INPUT_FLAGS = 0;
  private static final int OUTPUT_FLAGS = 4;
  private static final int LOCAL_FLAGS = 12;

  /// OPOST, which would convert a line feed into two bytes.
  private static final int POST_PROCESSING = 1;

  /// ISIG, ICANON, ECHO, ECHONL and IEXTEN.
  private static final int EDITING = 0x1 | 0x2 | 0x8 | 0x40 | 0x8000;

  private static final short ROWS = 24;
  private static final short COLUMNS = 80;

  /// Opens a pseudo-terminal.
  ///
  /// @return both ends, close-on-exec
  /// @throws ErrnoException with a message for the user if the system cannot provide a terminal
  static Pty open() throws ErrnoException {
    int flags = Libc.O_RDWR | Libc.O_NOCTTY;
    int master = check(Libc.open(Path.of("/dev/ptmx"), flags, 0));
    try (Arena arena = Arena.ofConfined()) {
      check(call(master, TIOCSPTLCK, arena.allocate(ValueLayout.JAVA_INT).address()));
      // Opened through the master instead of by name, because in a container the name may refer to
      // a different terminal.
      int slave = check(call(master, TIOCGPTPEER, flags | Libc.O_CLOEXEC));
      makeRaw(arena, slave);
      MemorySegment size = arena.allocate(ValueLayout.JAVA_SHORT, 4);
      size.setAtIndex(ValueLayout.JAVA_SHORT, 0, ROWS);
      size.setAtIndex(ValueLayout.JAVA_SHORT, 1, COLUMNS);
      call(slave, TIOCSWINSZ, size.address());
      return new Pty(master, slave);
    } catch (ErrnoException e) {
      Libc.close(master);
      throw e;
    }
  }

  private static void makeRaw(Arena arena, int slave) {
    MemorySegment termios = arena.allocate(TERMIOS_BYTES, 8);
    call(slave, TCGETS, termios.address());
    termios.set(ValueLayout.JAVA_INT, INPUT_FLAGS, 0);
    clear(termios, OUTPUT_FLAGS, POST_PROCESSING);
    clear(termios, LOCAL_FLAGS, EDITING);
    call(slave, TCSETS, termios.address());
  }

  private static void clear(MemorySegment termios, int offset, int bits) {
    termios.set(ValueLayout.JAVA_INT, offset, termios.get(ValueLayout.JAVA_INT, offset) & ~bits);
  }

  private static int call(int fd, long request, long argument) {
    return IOCTL.errnoInt(fd, request, argument);
  }

  private static int check(int result) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(
          "cannot create a terminal for the app: " + Errno.message(-result), -result);
    }
    return result;
  }
}
