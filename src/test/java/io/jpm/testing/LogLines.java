package io.jpm.testing;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/// Records what a component logs until this is closed.
public final class LogLines extends Handler implements AutoCloseable {
  private final Logger logger;
  private final SimpleFormatter words = new SimpleFormatter();
  private final List<String> lines = new CopyOnWriteArrayList<>();

  /// @param name the name of its logger, such as `jpm.bridge`
  public LogLines(String name) {
    this.logger = Logger.getLogger(name);
    logger.addHandler(this);
    logger.setUseParentHandlers(false);
  }

  public List<String> all() {
    return List.copyOf(lines);
  }

  @Override
  public void publish(LogRecord line) {
    lines.add(line.getLevel() + " " + words.formatMessage(line));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
