package io.jpm.model;

/// Whether the proxy tells an instance the client's address before the first byte, in the header of
/// HAProxy's PROXY protocol (`proxy_protocol` in a process file).
public enum ProxyProtocol {
  /// No header.
  NONE("off"),
  /// One line of text.
  V1("v1"),
  /// Binary.
  V2("v2");

  private final String word;

  ProxyProtocol(String word) {
    this.word = word;
  }

  /// The word in a process file.
  public String word() {
    return word;
  }
}
