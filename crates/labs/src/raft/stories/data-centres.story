story data-centres
title
  en: Three data centres
  zh: 三个数据中心
run raft:basic;r1;s5;servers=9;clients=0;zones=3

step
  until any.role = leader as L
  spot $L
  en: Nine servers, three in each of three zones. {L} leads; a majority is five.
  zh: 九台服务器，分布在三个区，每区三台。{L} 是领导者；多数派为五台。

step
  do crash.z1
  until count status = down = 3
  en: A whole data centre goes dark.
  zh: 整个一个数据中心停电。
  ask
    en: Can the others go on?
    zh: 其余的还能继续工作吗？
    right
      en: Yes, six of nine are a majority
      zh: 能，九台中的六台是多数派
      why
        en: Any one zone may be lost. With two zones, the loss of one half would stop everything.
        zh: 任何一个区都可以失去。若只有两个区，失去一半就会全部停摆。
    wrong
      en: Only if the leader was elsewhere
      zh: 只有领导者不在那里才行
      why
        en: If it was there, the six elect another.
        zh: 即使在那里，剩下的六台也会另选一位。

step
  until time >= 2s
  claim count role = leader >= 1
  claim count status = up = 6
  en: Six servers have a leader and commit.
  zh: 六台服务器拥有领导者，可以提交。

step
  do cut.z2
  until time >= 5s
  claim not broken election-safety
  en: Now the second zone is cut off as well. Three here, three there: nobody has five.
  zh: 现在第二个区也被隔离。两边各三台：谁都凑不齐五台。

step
  do restart.z1
  until met leader-elected
  en: The first zone is back. It has six servers with the third one, and a leader again.
  zh: 第一个区恢复，与第三个区合起来有六台，又有了领导者。
