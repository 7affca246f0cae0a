# `cmake --install`: the server, the public header, and one static library that holds every layer, so that
#   find_package(lazulite) and target_link_libraries(x PRIVATE lazulite::lazulite)
# is all a program needs. Included from the top once the layers exist.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# What lazuliteConfig.cmake finds again, because it is linked; the rest of what the layers use is headers alone.
set(linked OpenSSL::SSL OpenSSL::Crypto SQLite::SQLite3 Threads::Threads pugixml::pugixml)
set(compiled_in Boost::headers spdlog::spdlog_header_only nlohmann_json::nlohmann_json CLI11::CLI11 tl::expected)

# Every layer below TARGET, itself included, once, into the list RESULT.
function(collect_layers target result)
  set(found ${${result}})
  list(APPEND found ${target})
  get_target_property(libraries ${target} LINK_LIBRARIES)
  foreach(library IN LISTS libraries)
    if(TARGET ${library} AND NOT library IN_LIST found)
      get_target_property(imported ${library} IMPORTED)
      get_target_property(type ${library} TYPE)
      if(imported)
        if(NOT library IN_LIST linked AND NOT library IN_LIST compiled_in)
          message(FATAL_ERROR "${target} links ${library}: say in cmake/Install.cmake how a program finds it")
        endif()
      elseif(type STREQUAL "STATIC_LIBRARY")
        collect_layers(${library} found)
      endif()
    endif()
  endforeach()
  set(${result} ${found} PARENT_SCOPE)
endfunction()

set(layers "")
collect_layers(app layers)

set(bundle "${LAZULITE_BUNDLE}")
file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/lib")
set(script "CREATE ${bundle}\n")
foreach(layer IN LISTS layers)
  string(APPEND script "ADDLIB $<TARGET_FILE:${layer}>\n")
endforeach()
file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/lib/bundle.mri" CONTENT "${script}SAVE\nEND\n")
add_custom_command(
  OUTPUT "${bundle}"
  COMMAND "${CMAKE_COMMAND}" -E rm -f "${bundle}"
  COMMAND sh -c "\"$1\" -M < \"$2\"" sh "${CMAKE_AR}" "${PROJECT_BINARY_DIR}/lib/bundle.mri"
  DEPENDS ${layers} "${PROJECT_BINARY_DIR}/lib/bundle.mri"
  COMMENT "Joining the layers into liblazulite.a"
  VERBATIM)
add_custom_target(lazulite_bundle ALL DEPENDS "${bundle}")

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/lazulite")
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/lazuliteConfig.cmake.in" "${PROJECT_BINARY_DIR}/lazuliteConfig.cmake"
  INSTALL_DESTINATION "${package_folder}"
  PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/lazuliteConfigVersion.cmake" COMPATIBILITY SameMinorVersion)

install(TARGETS lazulite RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
foreach(command IN LISTS LAZULITE_COMMANDS)
  install(FILES "${PROJECT_BINARY_DIR}/${command}" DESTINATION "${CMAKE_INSTALL_BINDIR}")
endforeach()
install(FILES "${bundle}" DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/lazulite" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.hpp")
install(FILES "${PROJECT_BINARY_DIR}/lazuliteConfig.cmake" "${PROJECT_BINARY_DIR}/lazuliteConfigVersion.cmake"
  DESTINATION "${package_folder}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
