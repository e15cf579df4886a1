package io.jpm.bus;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// Why a file cannot be used, for people: the system's words, without names of Java's.
public final class FileErrors {
  private FileErrors() {}

  /// The words for `failure`, without the file's name.
  public static String of(Throwable failure) {
    for (Throwable it = failure; it != null; it = it.getCause()) {
      if (it instanceof FileSystemException refused) {
        return words(refused);
      }
    }
    String message = failure.getMessage();
    return message == null || message.isBlank() ? "no reason is known" : message;
  }

  private static String words(FileSystemException refused) {
    if (refused.getReason() != null) {
      return refused.getReason();
    }
    return switch (refused) {
      case AccessDeniedException _ -> "Permission denied";
      case NoSuchFileException _ -> "No such file or directory";
      default -> "the system does not say why";
    };
  }
}
