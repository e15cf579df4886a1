package io.jpm.bus;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// Converts exceptions, in particular file errors, to short messages for users: the operating
/// system's text or the message of the exception, without Java class names.
public final class FileErrors {
  private FileErrors() {}

  /// Returns the message for `failure`, without the file name.
  public static String of(Throwable failure) {
    for (Throwable it = failure; it != null; it = it.getCause()) {
      if (it instanceof FileSystemException refused) {
        return text(refused);
      }
    }
    String message = failure.getMessage();
    Throwable cause = failure.getCause();
    if (cause != null && cause.toString().equals(message)) {
      return of(cause); // The message of a wrapper begins with the class name of its cause.
    }
    return message == null || message.isBlank() ? "unknown reason" : message;
  }

  private static String text(FileSystemException refused) {
    if (refused.getReason() != null) {
      return refused.getReason();
    }
    return switch (refused) {
      case AccessDeniedException _ -> "Permission denied";
      case NoSuchFileException _ -> "No such file or directory";
      default -> "unknown reason";
    };
  }
}
