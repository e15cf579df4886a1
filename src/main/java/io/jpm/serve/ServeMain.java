package io.jpm.serve;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// The main class of the static file server.
public final class ServeMain {
  /// The maximum time to wait for pending responses at shutdown. Usually, the process manager sends
  /// SIGKILL earlier, after `kill_timeout`.
  private static final Duration DRAIN = Duration.ofSeconds(60);

  private ServeMain() {}

  /// Serves the site until SIGINT or SIGTERM. An error in the settings is reported in one line on
  /// standard error, and the exit code is 1.
  ///
  /// @param args none; all settings come from the environment ([ServeSettings])
  public static void main(String[] args) {
    DisconnectLogFilter.install();
    try {
      ServeSettings settings = ServeSettings.of(System.getenv(), Path.of("").toAbsolutePath());
      SiteServer.start(settings)
          .onSuccess(server -> ready(server, settings))
          .onFailure(failure -> fail(explained(failure, settings)));
    } catch (IllegalArgumentException mistake) {
      fail(String.valueOf(mistake.getMessage()));
    } catch (NotDirectoryException e) {
      fail(e.getFile() + " is not a directory");
    } catch (NoSuchFileException e) {
      fail("directory not found: " + e.getFile());
    } catch (AccessDeniedException e) {
      fail(e.getFile() + " cannot be read: permission denied");
    } catch (IOException e) {
      fail(String.valueOf(e.getMessage()));
    }
  }

  private static void ready(SiteServer server, ServeSettings settings) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> drain(server), "drain"));
    String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
    System.out.println("serving " + settings.root() + " on http://" + host + ":" + server.port());
  }

  private static void drain(SiteServer server) {
    try {
      server.drain(DRAIN).await(DRAIN.toSeconds() + 1, TimeUnit.SECONDS);
    } catch (java.util.concurrent.TimeoutException _) {
      // Ignored because the process exits in any case.
    }
  }

  private static String explained(Throwable failure, ServeSettings settings) {
    return failure instanceof BindException
        ? "cannot listen on port %d of %s: %s"
            .formatted(settings.port(), settings.host(), failure.getMessage())
        : String.valueOf(failure.getMessage());
  }

  private static void fail(String sentence) {
    System.err.println("jpm-serve: " + sentence);
    System.exit(1);
  }
}
