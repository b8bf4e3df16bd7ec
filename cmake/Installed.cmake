# What `cmake --install` puts where; docs/guide/run.md gives the steps around it. Settings in /etc are never touched: the
# shipped ones lie beside the guide. The unit and the defaults name paths below /usr: install with --prefix /usr (and DESTDIR for a package).
install(TARGETS tenured RUNTIME DESTINATION sbin)
install(TARGETS tenure RUNTIME DESTINATION bin)
install(TARGETS tenure-worker RUNTIME DESTINATION libexec/tenure)
install(FILES ${CMAKE_SOURCE_DIR}/systemd/tenured.service DESTINATION lib/systemd/system)
install(FILES ${CMAKE_SOURCE_DIR}/systemd/tenure.sysusers DESTINATION lib/sysusers.d RENAME tenure.conf)
install(FILES ${CMAKE_SOURCE_DIR}/config/tenure.toml DESTINATION share/doc/tenure)
install(PROGRAMS ${CMAKE_SOURCE_DIR}/share/verify-ledger.py DESTINATION share/tenure)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs/ DESTINATION share/doc/tenure FILES_MATCHING PATTERN "*.md")
