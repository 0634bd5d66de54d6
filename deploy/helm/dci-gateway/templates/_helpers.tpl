{{- define "gateway.name" -}}
{{- printf "%s-dci-gateway" .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "gateway.labels" -}}
app.kubernetes.io/name: dci-gateway
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end -}}

{{- define "gateway.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* Of every process, the migrations' too. Secrets one by one: a key that the Secret has for somebody else does not become a setting. */}}
{{- define "gateway.env" -}}
- { name: DATA_DIR, value: /tmp }
{{- range $name, $value := .Values.settings }}
- { name: {{ $name }}, value: {{ $value | toString | quote }} }
{{- end }}
{{- include "gateway.secret" (dict "root" . "name" "DATABASE_URL") | nindent 0 }}
{{- include "gateway.secret" (dict "root" . "name" "DATABASE_DIRECT_URL" "optional" true) | nindent 0 }}
{{- end -}}

{{- define "gateway.secret" -}}
- { name: {{ .name }}, valueFrom: { secretKeyRef: { name: {{ .root.Values.existingSecret }}, key: {{ .name }}, optional: {{ .optional | default false }} } } }
{{- end -}}

{{- define "gateway.processEnv" -}}
- { name: ROLE, value: {{ .role }} }
- { name: PORT, value: '4000' }
{{ include "gateway.env" .root }}
{{- range prepend .root.Values.secrets "MASTER_KEY" }}
{{- include "gateway.secret" (dict "root" $.root "name" .) | nindent 0 }}
{{- end }}
{{- range tuple "ADMIN_TOKEN" "MASTER_KEY_PREVIOUS" "JOBS_URL" "REDIS_URL" "DATABASE_REPLICA_URL" }}
{{- include "gateway.secret" (dict "root" $.root "name" . "optional" true) | nindent 0 }}
{{- end }}
{{- end -}}

{{- define "gateway.volumeMounts" -}}
- { name: tmp, mountPath: /tmp }
{{- with .Values.volumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "gateway.volumes" -}}
- { name: tmp, emptyDir: { sizeLimit: 256Mi } }
{{- with .Values.volumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "gateway.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "gateway.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}
