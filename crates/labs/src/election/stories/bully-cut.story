story bully-cut
title
  en: Bullies on both sides of a cut
  zh: 切断两侧的霸道者
run election:bully;r1;s2

step
  until met leader-elected
  claim n5.role = leader
  spot n5
  en: n5 is the highest and leads. The bully algorithm assumes synchrony: who does not answer in time is dead.
  zh: 最高的 n5 领导。霸道算法假设同步：不及时应答就是宕机。

step
  do crash.n5
  until n4.role = leader
  claim not seen two-at-once
  spot n4
  en: Under that assumption it works: n5 is dead, and n4 leads, in a new epoch.
  zh: 在这个假设之下它是有效的：n5 宕机，n4 在新的纪元领导。

step
  do restart.n5
  until n5.role = leader
  spot n5
  en: n5 is back, listens for a while, and bullies n4 out of its place.
  zh: n5 恢复后先监听片刻，然后把 n4 挤下领导者的位置。

step
  until n4.leader = n5
  en: Now you. Silence is not death: step outside the assumption and give this cluster two leaders that stay.
  zh: 轮到你了。沉默不等于宕机：请越出假设，让这个集群出现两个长期并存的领导者。
  ask
    en: Which fault would do it?
    zh: 哪种故障能做到？
    right
      en: A cut
      zh: 网络切断
      why
        en: Each side takes the other for dead, and elects its own highest. No majority is asked for.
        zh: 两侧都以为对方宕机，各选自己的最高者，并不要求多数派。
    wrong
      en: Another crash
      zh: 再一次崩溃
      why
        en: A dead node leads nothing, and the highest of the rest takes over.
        zh: 宕机的节点不会领导，其余节点中的最高者会接手。
  goal
    reach count role = leader >= 2 and not n5.status = down and not n4.role = leader
    within 5s
    allow cut 1
    allow pause 1
    solve do cut.n1_n2
    solve until count role = leader >= 2
