package io.jpm.console.inspect;

import io.jpm.bus.Addresses;
import io.jpm.bus.satan.UsageLease;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/// Measures the resource usage of the machine and reports it with PM2's names. Satan takes two
/// samples, one second apart, because CPU usage is measured over an interval.
public final class HostMetrics {
  private static final Duration PATIENCE = Duration.ofSeconds(8);
  private static final double GIGABYTE = 1024.0 * 1024 * 1024;

  private final Vertx vertx;
  private final Path home;

  private int askers;

  /// @param home the daemon's directory; the usage of its disk is also reported
  public HostMetrics(Vertx vertx, Path home) {
    this.vertx = vertx;
    this.home = home;
  }

  /// Returns one object per metric, with the fields `value`, `type`, `unit` and `historic`. Metrics
  /// that the system does not report in time are omitted.
  Future<JsonObject> measure() {
    return vertx
        .executeBlocking(this::disk, false)
        .map(Objects::requireNonNull)
        .compose(disk -> secondSample().map(system -> metrics(system).mergeIn(disk)));
  }

  /// Returns the second usage sample of the machine; an empty object if it does not arrive in time.
  private Future<JsonObject> secondSample() {
    String asker = "console-metrics-" + askers++;
    Promise<JsonObject> second = Promise.promise();
    MessageConsumer<JsonObject> consumer =
        vertx.eventBus().localConsumer(Addresses.USAGE, new SecondSample(second)::take);
    vertx.eventBus().send(Addresses.USAGE_LEASES, new UsageLease(asker, true));
    long timer = vertx.setTimer(PATIENCE.toMillis(), _ -> second.tryComplete(new JsonObject()));
    return second
        .future()
        .eventually(() -> {
          vertx.cancelTimer(timer);
          vertx.eventBus().send(Addresses.USAGE_LEASES, new UsageLease(asker, false));
          return consumer.unregister();
        });
  }

  /// Waits for the second usage message, because the CPU usage in the first one covers an unknown
  /// interval.
  private static final class SecondSample {
    private final Promise<JsonObject> wanted;
    private boolean first = true;

    SecondSample(Promise<JsonObject> wanted) {
      this.wanted = wanted;
    }

    void take(Message<JsonObject> message) {
      if (!first) {
        wanted.tryComplete(message.body().getJsonObject("system", new JsonObject()));
      }
      first = false;
    }
  }

  static JsonObject metrics(JsonObject system) {
    var metrics = new JsonObject();
    if (system.isEmpty()) {
      return metrics;
    }
    int cores = Math.max(1, system.getInteger("cores", 1));
    long total = system.getLong("memory", 0L);
    long available = system.getLong("available", 0L);
    metrics
        .put("CPU Usage", metric(rounded(system.getDouble("cpu", 0.0) / cores, 10), "%"))
        .put("CPU Cores", metric(cores, ""))
        .put("Load Average", metric(system.getDouble("load", 0.0), ""));
    if (total > 0) {
      metrics
          .put("RAM Usage", metric(rounded(100.0 * (total - available) / total, 10), "%"))
          .put("RAM Total", metric(total, "b"))
          .put("RAM Available", metric(available, "b"))
          .put("RAM Active", metric(total - available, "b"));
    }
    return metrics;
  }

  private JsonObject disk() {
    try {
      FileStore disk = Files.getFileStore(home);
      double total = disk.getTotalSpace();
      double used = total - disk.getUnallocatedSpace();
      return new JsonObject()
          .put("fs:use:" + home, metric(rounded(total == 0 ? 0 : 100 * used / total, 100), "%"))
          .put("fs:size:" + home, metric(rounded(total / GIGABYTE, 100), "gb"));
    } catch (IOException untold) {
      return new JsonObject();
    }
  }

  private static JsonObject metric(Number value, String unit) {
    return new JsonObject()
        .put("value", value)
        .put("type", "metric")
        .put("unit", unit)
        .put("historic", true);
  }

  private static double rounded(double value, int parts) {
    return Math.round(value * parts) / (double) parts;
  }
}
