package io.jpm.bus;

import io.jpm.model.ProcessIdentity;

/// What Satan has noticed by itself. Published on [Addresses#SATAN_REPORTS].
public sealed interface SatanReport extends BusMessage {
  /// A tree has more memory than the limit of [SatanCommand.Limits]. Said once for each process.
  ///
  /// @param process the main process
  /// @param bytes what its tree has resident
  /// @param limit what it may have
  record MemoryExceeded(ProcessIdentity process, long bytes, long limit) implements SatanReport {}
}
