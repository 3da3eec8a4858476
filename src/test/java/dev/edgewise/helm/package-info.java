/**
 * Tests of the Helm chart: what it renders, what it refuses, and that it speaks of the
 * service as it is. {@link dev.edgewise.helm.Chart} renders it,
 * {@link dev.edgewise.helm.RunningService} is the service as the chart configures it.
 */
package dev.edgewise.helm;
