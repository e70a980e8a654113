/** Values from files and environment variables: how they are found, read and refused. */
package io.holdfast.core.internal.configuration;
