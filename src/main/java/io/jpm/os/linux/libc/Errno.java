package io.jpm.os.linux.libc;

/// The error numbers that jpm distinguishes (`errno(3)`). They are the same on x86-64 and arm64.
public final class Errno {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int ESRCH = 3;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int ENXIO = 6;
  public static final int E2BIG = 7;
  public static final int ENOEXEC = 8;
  public static final int EBADF = 9;
  public static final int ECHILD = 10;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EEXIST = 17;
  public static final int ENOTDIR = 20;
  static final int EISDIR = 21;
  public static final int EINVAL = 22;
  public static final int ENFILE = 23;
  public static final int EMFILE = 24;
  static final int ETXTBSY = 26;
  public static final int EFBIG = 27;
  public static final int ENOSPC = 28;
  public static final int EROFS = 30;
  public static final int ERANGE = 34;
  static final int ENAMETOOLONG = 36;
  public static final int ENOSYS = 38;
  static final int ELOOP = 40;
  public static final int EAFNOSUPPORT = 97;
  public static final int EADDRINUSE = 98;
  public static final int EADDRNOTAVAIL = 99;
  public static final int ENOBUFS = 105;
  static final int ENOTCONN = 107;
  public static final int ETOOMANYREFS = 109;
  static final int ECONNREFUSED = 111;
  public static final int EDQUOT = 122;

  private Errno() {}

  /// Reports whether the error indicates a temporary lack of resources, so that the same call may
  /// succeed later.
  public static boolean isTemporary(int errno) {
    return switch (errno) {
      case EAGAIN, ENOMEM, EMFILE, ENFILE, ETXTBSY -> true;
      default -> false;
    };
  }

  /// Returns a description of the error in English. Unlike that of `strerror(3)`, it does not
  /// depend on the daemon's locale.
  public static String message(int errno) {
    return switch (errno) {
      case EPERM, EACCES -> "permission denied";
      case ENOENT -> "it does not exist";
      case ESRCH -> "no such process";
      case EIO -> "input/output error";
      case ENXIO -> "no process has the other end open";
      case E2BIG -> "the arguments and the environment are too large";
      case ENOEXEC -> "it is not a program";
      case EAGAIN -> "the limit on processes has been reached";
      case ENOMEM -> "out of memory";
      case EEXIST -> "it already exists";
      case ENOTDIR -> "a component of the path is not a directory";
      case EISDIR -> "it is a directory";
      case EINVAL -> "invalid argument";
      case EMFILE -> "the daemon has too many open files";
      case ENFILE -> "the machine has too many open files";
      case ETXTBSY -> "it is being written to";
      case EFBIG -> "the file would become too large";
      case ENOSPC -> "no space left on the device";
      case EROFS -> "the file system is read-only";
      case ENAMETOOLONG -> "the name is too long";
      case ENOSYS -> "the kernel does not support the system call";
      case ELOOP -> "too many symbolic links";
      case ECONNREFUSED -> "no process is listening at this address";
      case EDQUOT -> "the disk quota is exhausted";
      default -> "error " + errno;
    };
  }
}
